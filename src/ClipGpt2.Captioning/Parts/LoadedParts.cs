using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Parts;

/// <summary>The parts that a captioner loaded itself and so disposes of.</summary>
internal sealed class LoadedParts : IDisposable
{
    private readonly List<IDisposable> _loaded = [];
    private readonly PartLoading _loading;

    private LoadedParts(PartLoading loading) => _loading = loading;

    public IImageEncoder Encoder { get; private set; } = null!;

    public IPrefixProjector Projector { get; private set; } = null!;

    public ICaptionDecoder Decoder { get; private set; } = null!;

    public Tokenizer Tokenizer { get; private set; } = null!;

    public ITextEncoder? TextEncoder { get; private set; }

    /// <summary>How the program searches that the captioner comes from, if the description says it.</summary>
    public ProgramSearch? Program { get; private set; }

    /// <summary>Loads every part that a description names; if one fails, those before it are released.</summary>
    /// <exception cref="CaptioningException">A kind isn't known, a base isn't there or has changed, or tensors don't fit.</exception>
    public static LoadedParts Load(CaptionerDescription description, PartLoading loading)
    {
        var parts = new LoadedParts(loading);
        try
        {
            parts.LoadAll(description);
            return parts;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    public void Dispose() => _loaded.ForEach(part => part.Dispose());

    private void LoadAll(CaptionerDescription description)
    {
        var kinds = _loading.Kinds;
        Encoder = EncoderOf(description);
        Projector = Own(PartLoader.Load(kinds.Projectors, description.Projector, _loading));
        Tokenizer = PartLoader.Load(kinds.Tokenizers, description.Tokenizer, _loading);
        Decoder = Own(PartLoader.Load(kinds.Decoders, description.Decoder, _loading, Tokenizer));
        Program = description.Search;
        TextEncoder = description.TextEncoder is { } text ? Own(PartLoader.Load(kinds.TextEncoders, text, _loading)) : null;
    }

    /// <summary>Loads the encoder of a captioner alone; the caller's own.</summary>
    /// <exception cref="CaptioningException">Its kind isn't known, its base isn't there or has changed, or pictures are prepared in another way than in the training.</exception>
    public static IImageEncoder LoadEncoder(CaptionerDescription description, PartLoading loading)
    {
        var encoder = PartLoader.Load(loading.Kinds.Encoders, description.Encoder, loading);
        try
        {
            description.CheckPreprocessing?.Invoke(encoder.Preprocessor.Options);
            return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>An encoder that a checkpoint has trained is the captioner's alone.</summary>
    private IImageEncoder EncoderOf(CaptionerDescription description)
    {
        var part = description.Encoder;
        return _loading.Encoders is { } shared && part.Stored is null
            ? shared.Get(part.Place.Locate(_loading.Search), part.Section.ToJson().ToJsonString(), () => LoadEncoder(description, _loading))
            : Own(LoadEncoder(description, _loading));
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _loaded.Add(part);
        return part;
    }
}
