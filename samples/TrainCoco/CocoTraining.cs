using System.Globalization;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Embeddings;

namespace TrainCoco;

/// <summary>A whole run: embeddings of all pictures, training, and saving.</summary>
internal static class CocoTraining
{
    /// <summary>Runs it.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="data">The captions.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="folder">Where all files go.</param>
    /// <param name="token">Ends the run; embeddings that are done already are kept.</param>
    public static async Task RunAsync(CocoModel model, CocoData data, CocoRecipe recipe, string folder, CancellationToken token)
    {
        var store = new EmbeddingStoreBuilder(model.Captioner.Encoder).Build(recipe.EmbeddingStore(folder), data.Pictures(), token: token);
        Console.WriteLine($"{data.Training.Count} and {data.Validation.Count} captions, {store.Images} pictures embedded");

        var trainer = new CaptionTrainer(model.Captioner, recipe.Options(folder, model.Blocks));
        var result = await trainer.TrainAsync(data.Training, data.Validation, token: token);
        foreach (var epoch in result.History)
        {
            var metrics = string.Concat(epoch.Metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"  {m.Key} {m.Value:F3}")));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, validation {epoch.ValidationLoss:F3}{metrics}"));
        }

        var captioner = Path.Combine(folder, "captioner");
        model.Captioner.Save(captioner);
        Console.WriteLine($"The best checkpoint is {result.BestCheckpoint}; the captioner of the last step is in {captioner}.");
    }
}
