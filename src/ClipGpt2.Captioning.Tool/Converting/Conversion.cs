using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tool.Converting;

/// <summary>One conversion: what the source is decides what is written.</summary>
/// <param name="Source">A file, folder or id.</param>
/// <param name="Target">A folder, or a <c>.safetensors</c> file.</param>
/// <param name="Bases">Where a checkpoint's base models are.</param>
/// <param name="Tokenizer">The folder of tokenizer files for a base model.</param>
internal sealed record Conversion(string Source, string Target, BaseModels Bases, string? Tokenizer)
{
    private const string Captioners = "a captioner";

    private bool IntoFile => Target.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    /// <summary>Converts.</summary>
    /// <param name="token">Ends it between two weights.</param>
    /// <returns>What was written, in words.</returns>
    /// <exception cref="CaptioningException">The source can't be read or the target written, or an option isn't for this source.</exception>
    public string Run(CancellationToken token)
    {
        if (CaptionerFolder.IsOne(Source))
        {
            return ConvertCaptioner();
        }

        using var checkpoint = OpenCheckpoint();
        return (checkpoint, IntoFile) switch
        {
            (not null, true) => WriteCheckpoint(checkpoint, token),
            (not null, false) => WriteCaptioner(checkpoint.HoldsEncoder),
            (null, true) => WriteWeights(token),
            (null, false) => ModelConversion.Convert(Source, Target, new ModelConversionOptions { TokenizerFolder = Tokenizer, ModelSearch = LocalModels.Search() }, token),
        };
    }

    /// <summary>The source as a caption checkpoint, or null if it is something else.</summary>
    private CaptionCheckpoint? OpenCheckpoint() => File.Exists(Source) && CaptionCheckpoint.IsOne(Source) ? CaptionCheckpoint.Open(Source) : null;

    /// <summary>A captioner's folder has everything in it. Weights of a folder stay as they are stored; a checkpoint's are float32.</summary>
    private string ConvertCaptioner()
    {
        if (Bases.Encoder is not null || Bases.Decoder is not null || Tokenizer is not null)
        {
            throw new CaptioningException($"'{Source}' is a captioner's folder, which has encoder, decoder and tokenizer in it: leave out --encoder-base, --decoder-base and --tokenizer.");
        }

        using var captioner = Captioner.FromPretrained(Source, new CaptionerOptions { Trainable = IntoFile ? TrainableParts.All : TrainableParts.None });
        if (IntoFile)
        {
            return Checkpoint(CaptionerConversion.Write(captioner.Parts, Target));
        }

        AtomicFolder.Write(Target, captioner.Save);
        return Captioners;
    }

    private string WriteCheckpoint(CaptionCheckpoint checkpoint, CancellationToken token)
    {
        checkpoint.SaveAs(Target, Bases, token);
        return Checkpoint(checkpoint.Tensors.Count);
    }

    /// <summary>An encoder that wasn't trained is copied as it is stored.</summary>
    private string WriteCaptioner(bool withEncoder)
    {
        using var captioner = Captioner.FromPretrained(Source, new CaptionerOptions { Trainable = withEncoder ? TrainableParts.All : TrainableParts.ProjectorAndDecoder, ModelSearch = LocalModels.Search(), Bases = Bases });
        AtomicFolder.Write(Target, captioner.Save);
        return Captioners;
    }

    private static string Checkpoint(int tensors) => $"a caption checkpoint of {tensors} tensors";

    private string WriteWeights(CancellationToken token)
    {
        using var weights = TensorFiles.Open(File.Exists(Source) ? Source : ModelFolder.Locate(Source, LocalModels.Search()));
        SafetensorsWriter.Write(Target, weights, [new("format", "pt")], floatingType: null, token);
        return $"{weights.Tensors.Count} tensors";
    }
}
