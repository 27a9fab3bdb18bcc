using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.ImageSharp;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.HostProgram;

/// <summary>Captions, trains, embeds, checks and measures pictures with ImageSharp's decoder, and says after each whether Skia's native library was loaded.</summary>
internal static class WithoutSkia
{
    public static async Task Run(string model, string folder, string[] pictures)
    {
        await CaptionAndTrain(model, folder, pictures);
        var examples = new Pictures(pictures);
        using var opened = ModelFolder.Open(Path.Combine(model, "encoder"));
        using (var encoder = ClipImageEncoder.Load(opened))
        {
            new EmbeddingStoreBuilder(encoder, new EmbeddingStoreOptions().UseImageSharp()).Build(Path.Combine(folder, "store"), examples);
        }

        Say("embedded");
        using (var metric = ClipScoreMetric.Load(opened, image => ImageSource.FromFile(image.Id), new ClipScoreOptions().UseImageSharp()))
        {
            metric.Evaluate(new CaptionCorpus([.. pictures.Select(picture => new CaptionedImage(picture, "a red ring", ["a ring"]))]));
        }

        Say("evaluated");
        var report = CaptionDatasetCheck.Run(examples, new CaptionDatasetCheckOptions { DecodeImages = true }.UseImageSharp());
        Say(report.Problems is [] ? "checked" : string.Join("; ", report.Problems));
    }

    /// <summary>Captions with the default decoder, which loads the library.</summary>
    public static void Compare(string model, string picture)
    {
        using var captioner = Captioner.FromPretrained(model);
        captioner.Caption(picture);
        Say("captioned");
    }

    private static async Task CaptionAndTrain(string model, string folder, string[] pictures)
    {
        using var captioner = Captioner.FromPretrained(model, new CaptionerOptions { Trainable = TrainableParts.ProjectorAndDecoder }.UseImageSharp());
        foreach (var picture in pictures)
        {
            captioner.Caption(picture);
        }

        Say("captioned");
        var options = new CaptionTrainerOptions { Epochs = 1, BatchSize = 2, Checkpoints = { Path = Path.Combine(folder, "best.safetensors") } };
        await new CaptionTrainer(captioner, options).TrainAsync(new Pictures(pictures));
        Say("trained");
    }

    private static void Say(string what) => Console.WriteLine($"{what}: {(File.ReadAllText("/proc/self/maps").Contains("libSkiaSharp", StringComparison.Ordinal) ? "with" : "without")} Skia");

    private sealed class Pictures(string[] files) : ICaptionDataset
    {
        public int Count => files.Length;

        public CaptionExample this[int index] => new() { ImageId = files[index], Caption = "a red ring", Image = ImageSource.FromFile(files[index]) };
    }
}
