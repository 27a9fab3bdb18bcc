using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Parts.Checkpoints;
using TrainScenes.Scenes;

namespace TrainScenes;

/// <summary>A whole run: training, saving, and judging on scenes that the model has never seen.</summary>
internal static class SceneTraining
{
    private const int ValidationScenes = 100;
    private const int TestScenes = 200;

    // Validation and test scenes come from other seeds than those to train on.
    private const long ValidationSeed = 1_000_001;
    private const long TestSeed = 2_000_003;

    /// <summary>Runs it.</summary>
    /// <param name="folder">Where the captioner and the run's files go.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="token">Ends the training; what has been learned isn't saved then.</param>
    /// <returns>The program's exit code.</returns>
    public static async Task<int> RunAsync(string folder, SceneRecipe recipe, CancellationToken token)
    {
        try
        {
            using var model = SceneModel.Create(recipe.Seed);
            if (recipe.From is { } path)
            {
                using var checkpoint = CaptionCheckpoint.Open(path);
                model.Captioner.Apply(checkpoint);
            }

            await TrainAsync(model.Captioner, folder, recipe, token);
            var captioner = Path.Combine(folder, "captioner");
            model.Captioner.Save(captioner);
            Judge(captioner, token);
            return 0;
        }
        catch (CaptioningException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task TrainAsync(Captioner captioner, string folder, SceneRecipe recipe, CancellationToken token)
    {
        Directory.CreateDirectory(folder);
        var validation = new SceneGenerator(recipe.Seed + ValidationSeed, SceneKind.Any);
        var options = recipe.Options(folder);
        options.Evaluation.Metrics.Add(new SceneMetric(validation));
        options.Observers.Add(new TerminalObserver(Console.Out));
        var training = new SceneStream(new SceneGenerator(recipe.Seed, SceneKind.Training), recipe.ScenesPerEpoch, recipe.VariousFrom);
        var result = await new CaptionTrainer(captioner, options).TrainAsync(training, new SceneDataset(validation, ValidationScenes), token: token);
        Console.WriteLine($"{result.Steps} steps in {result.Duration.TotalMinutes:F1} minutes");
    }

    /// <summary>Captions new scenes with the captioner as it lies on the disk, and says how often it is right.</summary>
    private static void Judge(string folder, CancellationToken token)
    {
        using var captioner = Captioner.FromPretrained(folder);
        var generator = new SceneGenerator(TestSeed, SceneKind.Any);
        var scenes = Enumerable.Range(0, TestScenes).Select(i => generator[i]).ToList();
        var captions = captioner.Caption(scenes.Select(s => ImageSource.FromBytes(SceneDrawing.DrawJpeg(s))), token: token).Select(r => r.Text).ToList();
        var heldOut = Enumerable.Range(0, TestScenes).Where(i => scenes[i].IsHeldOut).ToList();
        Console.WriteLine($"{TestScenes} new scenes: {SceneRates.Of(scenes, captions)}");
        Console.WriteLine($"{heldOut.Count} of them held out: {SceneRates.Of([.. heldOut.Select(i => scenes[i])], [.. heldOut.Select(i => captions[i])])}");
        Console.WriteLine($"The captioner is in {Path.GetFullPath(folder)}.");
    }
}
