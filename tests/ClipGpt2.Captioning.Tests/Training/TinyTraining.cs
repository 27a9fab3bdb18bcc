using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>Training runs of seconds on the sample captioner and eight pictures.</summary>
internal static class TinyTraining
{
    /// <summary>The sample captioner, its projector and decoder ready to be trained.</summary>
    public static Captioner LoadCaptioner(TrainableParts parts = TrainableParts.ProjectorAndDecoder) =>
        Captioner.FromPretrained(SampleCaptioner.Folder, new CaptionerOptions { Trainable = parts });

    /// <summary>Two captions for each sample picture.</summary>
    public static ICaptionDataset Captions(int pictures = 8) => new Examples([
        .. SampleCaptioner.Images.Take(pictures).SelectMany((path, i) => new[] { $"A red circle number {i}.", $"There is a blue square to the left of a ring, said {i}." }
            .Select(caption => new CaptionExample { ImageId = Path.GetFileName(path), Image = path, Caption = caption })),
    ]);

    /// <summary>Options under which a run is over in a second.</summary>
    public static CaptionTrainerOptions Options(Action<CaptionTrainerOptions>? change = null)
    {
        var options = new CaptionTrainerOptions { Epochs = 2, BatchSize = 4, LearningRate = 1e-3 };
        change?.Invoke(options);
        return options;
    }

    private sealed class Examples(CaptionExample[] examples) : ICaptionDataset
    {
        public int Count => examples.Length;

        public CaptionExample this[int index] => examples[index];
    }
}
