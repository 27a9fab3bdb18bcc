using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>Writes captions with GPT-2.</summary>
/// <remarks>Safe from any number of threads. Disposing it disposes the model.</remarks>
public sealed class Gpt2CaptionDecoder : CaptionDecoder, ITrainableDecoder, ISavablePart, IIdentifiedModel, IAdaptable, IProductLogits
{
    private readonly Tokenizer? _tokenizer;
    private string? _source;
    private string? _base;
    private string? _adapter;

    /// <summary>Creates a decoder over a model, which from then on is the decoder's.</summary>
    /// <param name="model">The model. Captions are searched as the folder says that it was loaded from, and end with its end tokens.</param>
    /// <param name="tokenizer">Its tokenizer: needed for stop strings, ClipCap's stop text and to know rows that only pad the vocabulary. It stays the caller's.</param>
    public Gpt2CaptionDecoder(Gpt2Model model, Tokenizer? tokenizer = null)
        : base(model, model?.Config.EosTokenId is { } end ? [end] : [], tokenizer, model?.Generation, model?.Config.BosTokenId)
    {
        Model = model!;
        _tokenizer = tokenizer;
    }

    /// <summary>The model.</summary>
    public Gpt2Model Model { get; }

    /// <inheritdoc/>
    PartOrigin? ISavablePart.Origin => (_source ?? _base) is { } folder ? new(folder) { HoldsWeights = _source is not null && _adapter is null } : null;

    /// <inheritdoc/>
    /// <remarks>The files are hashed whenever it is asked for, at about a second for 2 GB.</remarks>
    ModelIdentity IIdentifiedModel.Identity => ModelIdentity.OfFolder(
        _source ?? _base ?? throw new CaptioningException("The decoder wasn't loaded from a model folder, so that there is no telling which model it is."));

    /// <inheritdoc/>
    LoraConfig? IAdaptable.Adapters => Model.Adapters;

    /// <summary>Loads a decoder from a model folder.</summary>
    /// <param name="folder">A model folder in Hugging Face's form.</param>
    /// <param name="compute">Where and how to compute; null for the CPU in float32.</param>
    /// <param name="tokenizer">The model's tokenizer, or null.</param>
    /// <param name="adapter">Low-rank adapters to merge into the weights, which costs nothing later; null for none. It isn't needed any more afterwards.</param>
    /// <param name="compatibility">Whose reading of the files is followed where the versions of transformers differ.</param>
    /// <param name="logger">Is told what is odd about the files, or null.</param>
    /// <returns>The decoder.</returns>
    /// <exception cref="CheckpointFormatException">The folder's configuration or weights, or the adapters, are wrong or missing.</exception>
    public static Gpt2CaptionDecoder Load(
        ModelFolder folder,
        ComputeOptions? compute = null,
        Tokenizer? tokenizer = null,
        LoraAdapter? adapter = null,
        ModelCompatibility compatibility = default,
        ILogger? logger = null) =>
        new(Gpt2Model.Load(folder, compute, adapter, compatibility, logger), tokenizer) { _source = folder.Path, _adapter = adapter?.Path };

    /// <summary>Builds the decoder of a folder with a checkpoint's weights in the place of some of its own, or of all.</summary>
    /// <param name="folder">The base model's folder.</param>
    /// <param name="config">Its sizes.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="context">How to compute, and the tokenizer.</param>
    internal static Gpt2CaptionDecoder Load(ModelFolder folder, Gpt2Config config, ITensorSource weights, PartContext context) =>
        new(Gpt2Model.Load(folder, config, weights, context.Compute, context.Logger), context.Tokenizer) { _base = folder.Path };

    /// <inheritdoc/>
    public override Tensor Forward(Tensor visualTokens, Tensor tokenIds, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(visualTokens);
        ArgumentNullException.ThrowIfNull(tokenIds);
        using var read = Read(tokenIds);
        using var output = Model.Forward(Input(visualTokens, read) with { AttentionMask = mask });
        return output.Logits.alias();
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">Sizes don't fit, or a token id is outside of the vocabulary.</exception>
    public Tensor Forward(Tensor visualTokens, Tensor tokenIds, Tensor outputs, DropoutMasks? dropout)
    {
        ArgumentNullException.ThrowIfNull(visualTokens);
        ArgumentNullException.ThrowIfNull(tokenIds);
        ArgumentNullException.ThrowIfNull(outputs);
        using var read = Read(tokenIds);
        using var output = Model.Forward(Input(visualTokens, read) with { Outputs = outputs, Dropout = dropout });
        return output.Logits.alias();
    }

    /// <inheritdoc/>
    Tensor IProductLogits.ProductLogits(Tensor visualTokens, Tensor tokenIds, Tensor outputs, DropoutMasks? dropout)
    {
        using var read = Read(tokenIds);
        return Model.ProductLogits(Input(visualTokens, read) with { Outputs = outputs, Dropout = dropout });
    }

    /// <summary>What the model reads to foretell given tokens: those before them, which visual tokens beside the text leave to begin with the start token.</summary>
    private Tensor Read(Tensor tokenIds) => Reading == VisualTokens.Beside ? ShiftedRight(tokenIds) : tokenIds.alias();

    private Gpt2Input Input(Tensor visualTokens, Tensor read) => Reading == VisualTokens.Beside
        ? new() { EncoderStates = visualTokens, TokenIds = read }
        : new() { Embeddings = visualTokens, TokenIds = read.shape[1] > 0 ? read : null };

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => Model.NamedParameters();

    /// <inheritdoc/>
    IEnumerable<KeyValuePair<string, Tensor>> ITrainable.StoredParameters() =>
        Model.StoredTensors().Select(p => KeyValuePair.Create(p.Key, InScope(p.Value))).Concat(Model.AdapterWeights().Select(p => KeyValuePair.Create(p.Key, p.Value.detach())));

    /// <inheritdoc/>
    void IAdaptable.AddAdapters(LoraConfig config, long seed) => Model.AddAdapters(config with { BaseModel = Folder }, seed);

    /// <inheritdoc/>
    void IAdaptable.AddAdapters(LoraConfig config, ITensorSource weights) => Model.AddAdapters(config, weights);

    /// <inheritdoc/>
    void IAdaptable.RemoveAdapters() => Model.RemoveAdapters();

    /// <inheritdoc/>
    void IAdaptable.FreezeAllButAdapters() => Model.FreezeAllButAdapters();

    /// <inheritdoc/>
    public void FreezeBlocks(int blocks) => Model.FreezeBlocks(blocks);

    /// <inheritdoc/>
    public void FreezeEmbeddings() => Model.FreezeEmbeddings();

    /// <inheritdoc/>
    public ICaptionDecoder ForInference()
    {
        using var weights = new MemoryTensors("the decoder in training", Model.FileTensors());
        return new Gpt2CaptionDecoder(
            Gpt2Model.Create(Model.Config, weights, Model.Compute with { Trainable = false }, Model.Generation, NullLogger.Instance), _tokenizer);
    }

    /// <inheritdoc/>
    string ISavablePart.Kind => Gpt2Kind.Name;

    /// <inheritdoc/>
    void ISavablePart.Describe(JsonObject description) => RecordedCompatibility.Write(description, Model.Config.Compatibility);

    /// <inheritdoc/>
    void ISavablePart.Save(string path) => Save(path);

    /// <summary>Writes the model as a folder in Hugging Face's form, a <c>GPT2LMHeadModel</c>, with the tokenizer's files of the folder it came from.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of the form's names are replaced.</param>
    /// <exception cref="CaptioningException">
    /// A file can't be written, or the weights are gone: they were packed for inference, and the folder that they came from isn't there any more.
    /// </exception>
    public void Save(string folder)
    {
        if (!Model.Compute.Trainable && _adapter is not null)
        {
            Gpt2Folder.WriteMerged(_source!, _adapter, folder);
        }
        else if (!Model.Compute.Trainable)
        {
            ModelFolderWriter.Copy(_source, folder);
        }
        else if (_source is null)
        {
            Model.Save(folder);
        }
        else
        {
            using var weights = new MemoryTensors("the decoder in training", Model.FileTensors());
            ModelFolderWriter.Write(_source, folder, weights, changes: Gpt2Folder.Untied(Model.Config));
        }
    }

    /// <summary>Writes the adapters that were trained beside the weights as a folder in PEFT's form: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of these names are replaced.</param>
    /// <exception cref="CaptioningException">There are no adapters, or a file can't be written.</exception>
    public void SaveAdapters(string folder) => Model.SaveAdapters(folder, Folder);

    /// <summary>The folder that holds the weights as they were loaded, or null.</summary>
    private string? Folder => _adapter is null ? _source : null;

    private static Tensor InScope(Tensor detached)
    {
        using (detached)
        {
            return detached.alias();
        }
    }
}
