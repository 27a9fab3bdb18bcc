using TorchSharp;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>Where and in which number format a model computes.</summary>
public sealed record ComputeOptions
{
    /// <summary>The device: <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    /// <value>The default is <c>cpu</c>.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>The number format.</summary>
    /// <value>The default is <see cref="Precision.Float32"/>.</value>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>Whether the weights stay plain, so that gradients can flow through them; inference packs them for speed instead.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Trainable { get; init; }

    internal bool IsCuda => Device.StartsWith("cuda", StringComparison.Ordinal);

    internal torch.Device TorchDevice => torch.device(Device);

    /// <summary>Says what is wrong with the combination, if anything is.</summary>
    /// <returns>One message for each error; empty if all is well.</returns>
    internal IEnumerable<string> Errors()
    {
        var isCpu = Device == "cpu";
        if (!isCpu && Device != "cuda" && !(Device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(Device.AsSpan(5), System.Globalization.NumberStyles.None, null, out _)))
        {
            yield return $"Device is '{Device}': it must be 'cpu', 'cuda' or 'cuda:n'.";
        }

        if (!Enum.IsDefined(Precision))
        {
            yield return $"Precision {Precision} is not one of {string.Join(", ", Enum.GetNames<Precision>())}.";
        }

        if (Precision == Precision.Float16 && isCpu)
        {
            yield return "Precision Float16 needs a CUDA device: use BFloat16 on the CPU.";
        }

        if (Precision == Precision.Int8Weights && !isCpu)
        {
            yield return "Precision Int8Weights needs the device 'cpu'.";
        }

        if (Trainable && Precision == Precision.Int8Weights)
        {
            yield return "Precision Int8Weights is for inference: weights to be trained are Float32 or BFloat16.";
        }
    }

    /// <summary>Throws if the combination can't be or the machine lacks the device.</summary>
    /// <exception cref="CaptioningException">An option is wrong; all errors are listed.</exception>
    /// <exception cref="NativeBackendException">The machine, or the libtorch that was loaded, has no such GPU.</exception>
    internal void Validate()
    {
        var errors = Errors().ToList();
        if (errors.Count > 0)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, errors));
        }

        TorchRuntime.Load();
        if (IsCuda && !torch.cuda_is_available())
        {
            throw new NativeBackendException($"Device '{Device}' was asked for, but no GPU can be used: reference a TorchSharp-cuda package in place of TorchSharp-cpu and check the driver (see docs/cuda.md).");
        }

        if (IsCuda && TorchDevice.index >= torch.cuda.device_count())
        {
            throw new NativeBackendException($"Device '{Device}' was asked for, but the machine has {torch.cuda.device_count()} GPU(s): 'cuda:0' is the first.");
        }
    }
}
