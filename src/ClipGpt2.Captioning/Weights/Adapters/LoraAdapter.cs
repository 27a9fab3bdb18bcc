namespace ClipGpt2.Captioning.Weights.Adapters;

/// <summary>Trained low-rank adapters (LoRA) in PEFT's form: a folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c> or <c>.bin</c>.</summary>
/// <remarks>A model that is loaded with it doesn't need it any more. Safe from any number of threads, but not while it is disposed.</remarks>
public sealed class LoraAdapter : IDisposable
{
    internal const string ConfigName = "adapter_config.json";
    internal const string WeightsName = "adapter_model.safetensors";

    /// <summary>What PEFT puts before the names of a model's parts.</summary>
    internal const string NamePrefix = "base_model.model.";

    private const string PyTorchName = "adapter_model.bin";

    private readonly ITensorSource _stored;

    private LoraAdapter(string path, LoraConfig config, ITensorSource stored)
    {
        (Path, Config, _stored) = (path, config, stored);
        Weights = new RenamedTensors(stored, name => name.StartsWith(NamePrefix, StringComparison.Ordinal) ? name[NamePrefix.Length..] : name);
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>Which matrices have an adapter, and of what kind.</summary>
    public LoraConfig Config { get; }

    /// <summary>The matrices, <c>NAME.lora_A.weight</c> [r, in] and <c>NAME.lora_B.weight</c> [out, r] by the names of the model's parts. They stay the adapter's.</summary>
    public ITensorSource Weights { get; }

    /// <summary>Opens an adapter's folder.</summary>
    /// <param name="folder">The folder, or the adapter's id in Hugging Face's cache on disk.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <returns>The adapter; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such folder, or a file isn't in it.</exception>
    /// <exception cref="UnsafeCheckpointException">An <c>adapter_model.bin</c> asks for more than data.</exception>
    /// <exception cref="CheckpointFormatException">A file is damaged, or the adapters are of a kind that isn't read (DoRA, whole modules, biases, ...).</exception>
    public static LoraAdapter Open(string folder, ModelSearchOptions? search = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = ModelFolder.Locate(folder, search);
        var config = LoraConfig.Read(ConfigSection.Load(System.IO.Path.Combine(path, ConfigName)));
        var file = new[] { WeightsName, PyTorchName }.Select(name => System.IO.Path.Combine(path, name)).FirstOrDefault(File.Exists)
            ?? throw new ModelNotFoundException($"'{path}' holds no adapter: neither '{WeightsName}' nor '{PyTorchName}' is in it.");
        var stored = TensorFiles.OpenFile(file);
        try
        {
            return new LoraAdapter(path, config, stored);
        }
        catch (ArgumentException e)
        {
            stored.Dispose();
            throw new CheckpointFormatException($"'{file}' has two tensors of one name, with '{NamePrefix}' before it and without.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stored.Dispose();
}
