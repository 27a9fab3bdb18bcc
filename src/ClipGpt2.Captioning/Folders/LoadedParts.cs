using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
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

    /// <summary>Loads every part that the folder names; if one fails, those before it are released.</summary>
    public static LoadedParts Load(CaptionerFolder folder, CaptionerOptions options)
    {
        var loaded = new LoadedParts();
        try
        {
            loaded.Load(folder, options.Parts, options.Compute, options.Trainable);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    public void Dispose() => _loaded.ForEach(part => part.Dispose());

    private void Load(CaptionerFolder folder, CaptionerParts kinds, ComputeOptions compute, TrainableParts trainable)
    {
        Encoder = Own(kinds.CreateEncoder(folder.Part("encoder", With(TrainableParts.Encoder))));
        Projector = Own(kinds.CreateProjector(folder.Part("projector", With(TrainableParts.Projector))));
        Tokenizer = kinds.CreateTokenizer(folder.Part("tokenizer", compute));
        Decoder = Own(kinds.CreateDecoder(folder.Part("decoder", With(TrainableParts.Decoder)) with { Tokenizer = Tokenizer }));
        TextEncoder = folder.FindPart("text_encoder", compute) is { } text ? Own(kinds.CreateTextEncoder(text)) : null;

        ComputeOptions With(TrainableParts part) => compute with { Trainable = trainable.HasFlag(part) };
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _loaded.Add(part);
        return part;
    }
}
