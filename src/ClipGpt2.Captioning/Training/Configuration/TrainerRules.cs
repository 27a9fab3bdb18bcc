using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What the trainer's options ask of each other, be they made in code or read from a file.</summary>
internal sealed class TrainerRules
{
    private readonly ConfigurationErrors _errors;
    private readonly OptionWords _words;

    private TrainerRules(ConfigurationErrors errors, OptionWords words) => (_errors, _words) = (errors, words);

    public static void Check(CaptionTrainerOptions options, ConfigurationErrors errors, OptionWords words)
    {
        // A group that is null has been named already.
        if (options is { Optimization: not null, Freezing: not null, Loading: not null, Evaluation: not null, Checkpoints: not null, Objective: not null })
        {
            var rules = new TrainerRules(errors, words);
            rules.CheckOptimizer(options);
            rules.CheckSchedule(options);
            rules.CheckFreezing(options);
            rules.CheckSelfCritical(options);
            rules.CheckFiles(options);
        }
    }

    private void CheckOptimizer(CaptionTrainerOptions o)
    {
        var (optimizer, momentum, dampening) = (Of(o.Optimization.Optimizer), Of(o.Optimization.Momentum), Of(o.Optimization.Dampening));
        var nesterov = Of(o.Optimization.Nesterov);
        Need(!o.Optimization.Nesterov || o.Optimization.Momentum > 0, $"it needs a {momentum.Name} above 0", nesterov, momentum);
        Need(!o.Optimization.Nesterov || o.Optimization.Dampening == 0, $"it needs a {dampening.Name} of 0", nesterov, dampening);
        Need(
            !o.Optimization.AmsGrad || o.Optimization.Optimizer is OptimizerKind.Adam or OptimizerKind.AdamW,
            $"only the optimizers {Text(OptimizerKind.Adam)} and {Text(OptimizerKind.AdamW)} have it, and {optimizer.Name} is {optimizer.Text}",
            Of(o.Optimization.AmsGrad), optimizer);
        Need(
            o.Optimization.CorrectBias || o.Optimization.Optimizer == OptimizerKind.TransformersAdamW,
            $"only the optimizer {Text(OptimizerKind.TransformersAdamW)} goes without the correction",
            Of(o.Optimization.CorrectBias), optimizer);
    }

    private void CheckSchedule(CaptionTrainerOptions o)
    {
        var (schedule, rate) = (Of(o.Optimization.Schedule), Of(o.LearningRate));
        Need(
            o.Optimization.Schedule != LearningRateSchedule.Polynomial || o.Optimization.FinalLearningRate < o.LearningRate,
            $"with the {schedule.Name} {schedule.Text} it must be below {rate.Name} ({rate.Text})",
            Of(o.Optimization.FinalLearningRate), schedule, rate);
        Need(
            o.Optimization.Schedule != LearningRateSchedule.CosineWithRestarts || o.Optimization.Cycles is not { } cycles || cycles == Math.Round(cycles),
            $"with the {schedule.Name} {schedule.Text} it must be a whole number",
            Of(o.Optimization.Cycles), schedule);
    }

    private void CheckFreezing(CaptionTrainerOptions o)
    {
        var (decoder, blocks) = (Of(o.Freezing.Decoder), Of(o.Freezing.Blocks));
        Need(!o.Freezing.Decoder || o.Freezing.Blocks == 0, $"the whole decoder holds its blocks, so leave {blocks.Name} ({blocks.Text}) out", decoder, blocks);
        if (o.Lora is not null)
        {
            Need(
                o.Freezing is { Decoder: false, Blocks: 0 },
                $"adapters are trained while all of GPT-2 stays, so leave {blocks.Name} ({blocks.Text}) and {decoder.Name} out",
                Of(o.Lora.Rank), blocks, decoder);
        }

        var encoder = Of(o.Freezing.Encoder);
        Need(
            o.Freezing.Encoder || o.Loading.EmbeddingStore is null,
            $"embeddings that were computed before don't follow an encoder in training, so leave it out, or {encoder.Name}",
            Of(o.Loading.EmbeddingStore), encoder);
    }

    private void CheckSelfCritical(CaptionTrainerOptions o)
    {
        if (o.SelfCritical is null)
        {
            return;
        }

        var baseline = Of(o.SelfCritical.Baseline);
        var group = (Name: _words.NameOf(nameof(o.SelfCritical)), Text: "");
        Need(
            o.SelfCritical.Samples > 1 || o.SelfCritical.Baseline != SelfCriticalBaseline.OtherSamples,
            $"a single sample has no others, so it must be 2 or more, or {baseline.Name} {Text(SelfCriticalBaseline.Greedy)}",
            Of(o.SelfCritical.Samples), baseline);
        Need(
            o.Objective == CaptionObjective.Corrected,
            $"captions that the model draws end with one end token and have no padding, so with {group.Name} it must be {Text(CaptionObjective.Corrected)}",
            Of(o.Objective), group);
        Need(
            o.LabelSmoothing == 0,
            $"captions that the model draws have no labels to smooth, so with {group.Name} it must be 0",
            Of(o.LabelSmoothing), group);
    }

    private void CheckFiles(CaptionTrainerOptions o)
    {
        var path = Of(o.Checkpoints.Path);
        Need(!o.Checkpoints.Resume || o.Checkpoints.Path is not null, $"it needs the {path.Name} of the run that is to go on", Of(o.Checkpoints.Resume), path);
    }

    private string Text(object value) => _words.Text(value);

    /// <summary>An option with its name and its value, as whoever gave them has them.</summary>
    /// <param name="value">The value, as <c>o.Group.Option</c>.</param>
    /// <param name="expression">The expression itself, which is the option's path.</param>
    private (string Name, string Text) Of(object? value, [CallerArgumentExpression(nameof(value))] string expression = "") =>
        (_words.NameOf(expression["o.".Length..]), _words.Text(value));

    /// <summary>Adds an error about the first option, unless one of those that it is about is wrong by itself.</summary>
    private void Need(bool right, string problem, params ReadOnlySpan<(string Name, string Text)> options)
    {
        string[] names = new string[options.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = options[i].Name;
        }

        _errors.AddUnless(right, $"is {options[0].Text}; {problem}", names);
    }
}
