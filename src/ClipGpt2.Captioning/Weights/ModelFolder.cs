using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Weights;

/// <summary>A model's folder in Hugging Face's form: configuration, weights, and the files of tokenizer and preprocessor.</summary>
/// <remarks>The weights are opened when they are first asked for. Safe from any number of threads; a model that is loaded doesn't need it any more.</remarks>
public sealed class ModelFolder : IDisposable
{
    private const string ConfigName = "config.json";

    private readonly Lazy<ITensorSource> _weights;

    private ModelFolder(string id, string path)
    {
        Id = id;
        Path = path;
        Config = ReadConfig(ConfigName);
        _weights = new(() => TensorFiles.Open(path));
    }

    /// <summary>What it was opened by: the folder as it was given, or the model's id.</summary>
    public string Id { get; }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary><c>config.json</c>.</summary>
    public ConfigSection Config { get; }

    /// <summary>The tensors of <c>model.safetensors</c>, else of <c>pytorch_model.bin</c>, or of the shards of either. They stay the folder's.</summary>
    /// <exception cref="ModelNotFoundException">The folder holds no weights.</exception>
    /// <exception cref="UnsafeCheckpointException">A <c>pytorch_model.bin</c> asks for more than data.</exception>
    /// <exception cref="CheckpointFormatException">They are damaged or of a form that isn't read.</exception>
    public ITensorSource Weights => _weights.Value;

    /// <summary>Opens a folder, or the folder of a model's id in Hugging Face's cache on disk.</summary>
    /// <param name="path">A folder, or else an id such as <c>openai/clip-vit-base-patch32</c>.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <returns>The folder; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model; the message says where it was looked for.</exception>
    /// <exception cref="CheckpointFormatException">Its <c>config.json</c> is damaged.</exception>
    public static ModelFolder Open(string path, ModelSearchOptions? search = null)
    {
        if (File.Exists(path))
        {
            throw new ModelNotFoundException($"'{path}' is a file; a model is the folder that holds its '{ConfigName}'.");
        }

        return new ModelFolder(path, Locate(path, search));
    }

    /// <summary>The full path of a folder, or of the one that a model's id has in Hugging Face's cache on disk.</summary>
    /// <exception cref="ModelNotFoundException">There is neither.</exception>
    internal static string Locate(string path, ModelSearchOptions? search = null) =>
        Directory.Exists(path) ? System.IO.Path.GetFullPath(path) : HubCache.Find(path, search ?? new());

    /// <summary>The <c>model_type</c> of a folder's <c>config.json</c>; null where there is none of either.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged.</exception>
    internal static string? TypeOf(string folder) =>
        System.IO.Path.Combine(folder, ConfigName) is var file && File.Exists(file) && ConfigSection.Load(file) is var config && config.Has("model_type") ? config.Text("model_type") : null;

    /// <summary>The full path of one of the folder's files.</summary>
    /// <param name="fileName">Its name.</param>
    /// <returns>The path, or null if there is no such file.</returns>
    public string? Find(string fileName) => System.IO.Path.Combine(Path, fileName) is var file && System.IO.Path.Exists(file) ? file : null;

    /// <summary>Reads one of the folder's JSON files.</summary>
    /// <param name="fileName">Its name.</param>
    /// <returns>The object that it holds.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file doesn't hold a JSON object.</exception>
    internal ConfigSection ReadConfig(string fileName) => Find(fileName) is { } file
        ? ConfigSection.Load(file)
        : throw new ModelNotFoundException($"The model folder '{Path}' has no '{fileName}'.");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_weights.IsValueCreated)
        {
            _weights.Value.Dispose();
        }
    }
}
