using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tool.Commands;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>All that there is to know about how this machine computes; what couldn't be found out is null, and <see cref="ToMend"/> says why.</summary>
/// <param name="Ready">Whether nothing has to be mended.</param>
/// <param name="Processor">The processor.</param>
/// <param name="System">What the program runs on.</param>
/// <param name="Waiting">How libtorch's threads wait.</param>
/// <param name="Libtorch">The libtorch that was loaded.</param>
/// <param name="Decoders">What reads pictures.</param>
/// <param name="Kernels">What each kind of layer computes with.</param>
/// <param name="Model">The model that was tried, if one was named.</param>
/// <param name="Rates">How fast the machine is now.</param>
/// <param name="ToMend">What has to be mended.</param>
internal sealed record DoctorReport(
    bool Ready,
    ProcessorFacts Processor,
    SystemFacts System,
    WaitingFacts Waiting,
    LibtorchFacts? Libtorch,
    IReadOnlyList<DecoderFacts> Decoders,
    IReadOnlyList<KernelFacts>? Kernels,
    ModelFacts? Model,
    RateFacts? Rates,
    IReadOnlyList<string> ToMend)
{
    /// <summary>Looks at everything, in an order in which each step finds what it needs.</summary>
    /// <param name="runtime">How to load libtorch.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="model">The model to try, and how to load it; or null.</param>
    /// <param name="token">Ends it between two steps.</param>
    public static DoctorReport Create(TorchRuntimeOptions runtime, ComputeOptions device, (string Name, Func<Captioner> Load)? model, CancellationToken token)
    {
        var faults = new Faults();
        var libtorch = faults.Try("libtorch", () => LibtorchFacts.Load(runtime));
        if (libtorch is not null)
        {
            faults.Try("the device", () => ComputeChoice.Check(device, runtime.LibtorchFolder));
        }

        var waiting = WaitingFacts.Read();

        // The model comes first: the time of proofs is then what any program takes for them.
        var canCompute = faults.Messages.Count == 0;
        var decoders = DecoderFacts.Find(faults);
        var tried = canCompute && model is { } named ? faults.Try($"the model '{named.Name}'", () => ModelFacts.Try(named.Name, named.Load, token)) : null;
        var kernels = canCompute ? KernelFacts.Find(device, faults, token) : null;
        var rates = canCompute ? faults.Try("rates", () => RateFacts.Measure(token)) : null;
        return new(faults.Messages.Count == 0, ProcessorFacts.Read(), SystemFacts.Read(), waiting, libtorch, decoders, kernels, tried, rates, faults.Messages);
    }
}
