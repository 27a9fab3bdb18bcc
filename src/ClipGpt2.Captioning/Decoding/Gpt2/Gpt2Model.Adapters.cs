using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <content>Low-rank adapters beside the weights of a model in training (Hu et al., 2022).</content>
public sealed partial class Gpt2Model
{
    /// <summary>The adapters that were put beside the weights; null if there are none. (Those that a model was loaded with are in its weights.)</summary>
    public LoraConfig? Adapters { get; private set; }

    /// <summary>Puts fresh adapters beside the weights, which change nothing until they are trained; all other weights are frozen.</summary>
    /// <param name="config">Which matrices get one, and of what kind.</param>
    /// <param name="seed">The same seed gives the same adapters.</param>
    /// <exception cref="CaptioningException">The configuration names matrices that the model lacks, adapters are there already, or the model isn't trainable.</exception>
    internal void AddAdapters(LoraConfig config, long seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        using var weights = Gpt2Adapters.Draw(Config, config, seed);
        AddAdapters(config, weights);
    }

    /// <summary>Puts trained adapters beside the weights, to train them further; all other weights are frozen.</summary>
    /// <param name="adapter">The adapters; they stay the caller's and aren't needed any more afterwards.</param>
    /// <exception cref="CheckpointFormatException">They don't fit the model: every fault is listed.</exception>
    /// <exception cref="CaptioningException">Adapters are there already, or the model isn't trainable.</exception>
    public void AddAdapters(LoraAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        AddAdapters(adapter.Config, adapter.Weights);
    }

    /// <summary>Writes the adapters as a folder in PEFT's form: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of these names are replaced.</param>
    /// <param name="baseModel">What to call the model below, a folder or an id; null for what the adapters' configuration says.</param>
    /// <exception cref="CaptioningException">There are no adapters, or a file can't be written.</exception>
    public void SaveAdapters(string folder, string? baseModel = null)
    {
        var config = Adapters ?? throw new CaptioningException(
            $"'{folder}' can't be written: no adapters are beside the model's weights. (Those that it was loaded with became part of them.)");
        using var weights = new MemoryTensors(
            "the adapters in training",
            AdapterWeights().Select(p => new KeyValuePair<string, Tensor>(LoraAdapter.NamePrefix + p.Key, p.Value.alias().DetachFromDisposeScope())));
        var described = config with { BaseModel = baseModel ?? config.BaseModel };
        ModelFolderWriter.WriteNew(folder, [new(LoraAdapter.ConfigName, described.ToJson())], weights, LoraAdapter.WeightsName);
    }

    internal void AddAdapters(LoraConfig config, ITensorSource weights)
    {
        if (Adapters is not null)
        {
            throw new CaptioningException("Adapters are beside the model's weights already: train those, or load the model anew.");
        }

        _ = _blocks[0].Attention.Output.Weight; // fails if the weights were packed
        var loaded = Gpt2Adapters.Load(Config, config, weights, Compute);
        foreach (var (name, layer) in Matrices())
        {
            layer.Adapt(loaded.GetValueOrDefault(name));
        }

        Adapters = config;
        FreezeAllButAdapters();
    }

    /// <summary>Takes the adapters away again.</summary>
    internal void RemoveAdapters()
    {
        foreach (var (_, layer) in Matrices())
        {
            layer.Adapt(null);
        }

        Adapters = null;
    }

    /// <summary>Keeps all weights as they are but the adapters'.</summary>
    internal void FreezeAllButAdapters()
    {
        foreach (var (name, weight) in NamedParameters())
        {
            weight.requires_grad = Gpt2Adapters.IsOne(name);
        }
    }

    /// <summary>The adapters' weights, which stay the model's.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> AdapterWeights() => AdaptedMatrices().SelectMany(matrix => Gpt2Adapters.Named(matrix.Name, matrix.Layer.Adapter!));

    private IEnumerable<(string Name, Linear Layer)> AdaptedMatrices() => Matrices().Where(matrix => matrix.Layer.Adapter is not null);

    private IEnumerable<(string Name, Linear Layer)> Matrices() => Gpt2Adapters.Matrices(Config).Select(matrix => (matrix.Name, _layers.Linears[matrix.Name]));

    /// <summary>A matrix [in, out] with its adapter merged into it, in place of the one given, which is freed.</summary>
    private static Tensor Merged(Tensor stored, LowRankWeights adapter)
    {
        using (stored)
        {
            using var delta = adapter.Delta();
            using var turned = delta.t();
            return stored.Plus(turned).DetachFromDisposeScope();
        }
    }
}
