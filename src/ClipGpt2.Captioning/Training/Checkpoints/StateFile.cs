using System.Text.Json;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>The complete state of a run in one file: weights, what the optimizer remembers, the average, and where the run is.</summary>
/// <remarks>Randomness has no state of its own: orders and dropout follow from the seed and the counts of epochs and steps.</remarks>
internal static class StateFile
{
    private const string Format = "clipgpt2.training_state";
    private const string Version = "1";
    private const string NamePrefix = "weight.";

    /// <summary>Writes the state, or replaces it as a whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model in training.</param>
    /// <param name="step">What changes its weights.</param>
    /// <param name="state">Where the run is.</param>
    /// <param name="setup">What a resumed run must have in common with this one.</param>
    public static void Write(string path, TrainedModel model, TrainingStep step, RunState state, IReadOnlyDictionary<string, string> setup)
    {
        using var frozen = no_grad();
        var remembered = step.Optimizer.State().Concat(step.Average?.State() ?? []).ToList();
        try
        {
            var weights = model.Weights.Select(weight => new KeyValuePair<string, Tensor>(NamePrefix + weight.Name, weight.Weight));
            SafetensorsWriter.Write(path, weights.Concat(remembered), new Dictionary<string, string>
            {
                ["format"] = Format,
                ["version"] = Version,
                ["state"] = state.ToJson(),
                ["setup"] = JsonSerializer.Serialize(new SortedDictionary<string, string>(setup.ToDictionary(), StringComparer.Ordinal)),
            });
        }
        finally
        {
            remembered.ForEach(tensor => tensor.Value.Dispose());
        }
    }

    /// <summary>Reads a state back into model and optimizer.</summary>
    /// <returns>Where the run was.</returns>
    /// <exception cref="CheckpointFormatException">The file is no state, or the state of a run with other models, data or options.</exception>
    public static RunState Restore(string path, TrainedModel model, TrainingStep step, IReadOnlyDictionary<string, string> setup)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != Format || file.Metadata.GetValueOrDefault("version") != Version)
        {
            throw new CheckpointFormatException($"'{path}' is no training state of version {Version}: resume with the library that wrote it, or start anew.");
        }

        RequireSame(file, setup);
        var state = Parse(file);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var stored = new Optimization.StoredState(file, NamePrefix);
        var values = model.Weights.Select(weight => stored.Read(NamePrefix + weight.Name, weight.Weight)).ToList();
        stored.Finish();
        step.Optimizer.Restore(file);
        step.Average?.Restore(file);
        foreach (var (weight, value) in model.Weights.Zip(values))
        {
            weight.Weight.copy_(value);
        }

        return state;
    }

    private static RunState Parse(SafetensorsFile file)
    {
        try
        {
            return RunState.Parse(file.Metadata["state"]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            throw new CheckpointFormatException($"'{file.Location}' is damaged: its state can't be read. Start the training anew.", e);
        }
    }

    private static void RequireSame(SafetensorsFile file, IReadOnlyDictionary<string, string> setup)
    {
        // Version 0.1.0 wrote the objective's name with a capital letter.
        var stored = JsonSerializer.Deserialize<Dictionary<string, string>>(file.Metadata.GetValueOrDefault("setup", "{}")) ?? [];
        string[] differences =
        [
            .. setup.Keys.Union(stored.Keys).Order(StringComparer.Ordinal)
                .Where(key => !string.Equals(stored.GetValueOrDefault(key), setup.GetValueOrDefault(key), StringComparison.OrdinalIgnoreCase))
                .Select(key => $"  {key} was {stored.GetValueOrDefault(key, "not there")} and is {setup.GetValueOrDefault(key, "not there")}"),
        ];
        if (differences.Length > 0)
        {
            throw new CheckpointFormatException(
                $"'{file.Location}' is the state of another training, which can't go on with these options and data:{Environment.NewLine}{string.Join(Environment.NewLine, differences)}{Environment.NewLine}Resume with the same ones, or start anew.");
        }
    }
}
