using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace CustomParts;

/// <summary>The weights of TorchSharp modules: drawn from a seed, stored in a <c>.safetensors</c> file, and listed for a trainer.</summary>
internal static class ModuleWeights
{
    private const double Deviation = 0.1;

    /// <summary>Fills a module with normal values, so that the seed alone decides, and not what else the process drew.</summary>
    public static T Draw<T>(this T module, long seed)
        where T : nn.Module
    {
        using var frozen = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        foreach (var (_, weight) in module.named_parameters())
        {
            weight.normal_(0, Deviation, generator);
        }

        return module;
    }

    /// <summary>Fills a module with what its part is loaded from: a captioner's folder or a checkpoint.</summary>
    public static T Read<T>(this T module, PartContext context)
        where T : nn.Module
    {
        using var frozen = no_grad();
        using var file = context.OpenWeights();
        foreach (var (name, weight) in module.named_parameters())
        {
            using var stored = file.Read(name);
            weight.copy_(stored);
        }

        return module;
    }

    /// <summary>The weights by name.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> ByName(this nn.Module module) =>
        module.named_parameters().Select(p => new KeyValuePair<string, Tensor>(p.name, p.parameter));
}
