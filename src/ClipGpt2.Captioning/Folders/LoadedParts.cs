using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Folders;

/// <summary>The parts that a captioner loaded itself and so disposes of.</summary>
internal sealed class LoadedParts : IDisposable
{
    private readonly List<IDisposable> _loaded = [];

    private LoadedParts()
    {
    }

    public IImageEncoder Encoder { get; private set; } = null!;

    public IPrefixProjector Projector { get; private set; } = null!;

    public ICaptionDecoder Decoder { get; private set; } = null!;

    public Tokenizer Tokenizer { get; private set; } = null!;

    public ITextEncoder? TextEncoder { get; private set; }

    /// <summary>How the program searches that the captioner comes from, if the folder says it.</summary>
    public ProgramSearch? Program { get; private set; }

    /// <summary>Loads every part that the folder names; if one fails, those before it are released.</summary>
    public static LoadedParts Load(CaptionerFolder folder, CaptionerOptions options, ILogger logger)
    {
        var loaded = new LoadedParts();
        try
        {
            loaded.LoadAll(folder, options, logger);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    public void Dispose() => _loaded.ForEach(part => part.Dispose());

    private void LoadAll(CaptionerFolder folder, CaptionerOptions options, ILogger logger)
    {
        var kinds = options.Parts;
        Encoder = Own(kinds.CreateEncoder(Known(folder.Part("encoder", With(TrainableParts.Encoder)))));
        Projector = Own(kinds.CreateProjector(Known(folder.Part("projector", With(TrainableParts.Projector)))));
        Tokenizer = kinds.CreateTokenizer(Known(folder.Part("tokenizer", options.Compute)));
        Decoder = Own(kinds.CreateDecoder(Known(folder.Part("decoder", With(TrainableParts.Decoder))) with { Tokenizer = Tokenizer }));
        Program = folder.FindSearch();
        TextEncoder = folder.FindPart("text_encoder", options.Compute) is { } text ? Own(kinds.CreateTextEncoder(Known(text))) : null;

        ComputeOptions With(TrainableParts part) => options.Compute with { Trainable = options.Trainable.HasFlag(part) };

        PartContext Known(PartContext part) => part with
        {
            Compatibility = options.Compatibility ?? RecordedCompatibility.Find(part.Description) ?? default,
            Logger = logger,
        };
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _loaded.Add(part);
        return part;
    }
}
