using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tool.Converting;

/// <summary>One conversion: what the source is decides what is written.</summary>
/// <param name="Source">A file, folder or id.</param>
/// <param name="Target">A folder, or a <c>.safetensors</c> file.</param>
/// <param name="Bases">Where a checkpoint's base models are.</param>
/// <param name="Tokenizer">The folder of tokenizer files for a base model.</param>
internal sealed record Conversion(string Source, string Target, BaseModels Bases, string? Tokenizer)
{
    private bool IntoFile => Target.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    /// <summary>Converts.</summary>
    /// <param name="token">Ends it between two weights.</param>
    /// <returns>What was written, in words.</returns>
    public string Run(CancellationToken token)
    {
        using var checkpoint = OpenCheckpoint();
        return (checkpoint, IntoFile) switch
        {
            (not null, true) => WriteCheckpoint(checkpoint, token),
            (not null, false) => WriteCaptioner(checkpoint),
            (null, true) => WriteWeights(token),
            (null, false) => ModelConversion.Convert(Source, Target, new ModelConversionOptions { TokenizerFolder = Tokenizer, ModelSearch = LocalModels.Search() }, token),
        };
    }

    /// <summary>The source as a caption checkpoint, or null if it is something else.</summary>
    private CaptionCheckpoint? OpenCheckpoint() => File.Exists(Source) && CaptionCheckpoint.IsOne(Source) ? CaptionCheckpoint.Open(Source) : null;

    private string WriteCheckpoint(CaptionCheckpoint checkpoint, CancellationToken token)
    {
        checkpoint.SaveAs(Target, Bases, token);
        return $"a caption checkpoint of {checkpoint.Tensors.Count} tensors";
    }

    private string WriteCaptioner(CaptionCheckpoint checkpoint)
    {
        using var captioner = checkpoint.LoadCaptioner(new CaptionerOptions { Trainable = TrainableParts.ProjectorAndDecoder, ModelSearch = LocalModels.Search() }, Bases);
        AtomicFolder.Write(Target, captioner.Save);
        return "a captioner";
    }

    private string WriteWeights(CancellationToken token)
    {
        using var weights = TensorFiles.Open(File.Exists(Source) ? Source : ModelFolder.Locate(Source, LocalModels.Search()));
        SafetensorsWriter.Write(Target, weights, [new("format", "pt")], floatingType: null, token);
        return $"{weights.Tensors.Count} tensors";
    }
}
