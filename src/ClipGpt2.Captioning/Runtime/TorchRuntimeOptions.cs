namespace ClipGpt2.Captioning.Runtime;

/// <summary>Where libtorch is looked for.</summary>
public sealed record TorchRuntimeOptions
{
    /// <summary>A folder with a libtorch of the host's own, such as a CUDA build: it must hold <c>libtorch</c> in the version that TorchSharp was built against.</summary>
    /// <value>The default is <see langword="null"/>: the backend package that the application references.</value>
    public string? LibtorchFolder { get; init; }
}
