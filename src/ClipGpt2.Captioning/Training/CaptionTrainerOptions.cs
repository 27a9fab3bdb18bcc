using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Optimization;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Training;

/// <summary>How a captioner is trained. The defaults are the reference program's run with its loss corrected: padding doesn't count, and every caption ends.</summary>
public sealed class CaptionTrainerOptions
{
    /// <summary>How many times all examples are read.</summary>
    /// <value>The default is 10.</value>
    [Range(1, 1_000_000)]
    public int Epochs { get; set; } = 10;

    /// <summary>The number of optimizer steps after which the run ends, even within an epoch; null for none but the epochs'.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, long.MaxValue)]
    public long? MaxSteps { get; set; }

    /// <summary>The number of examples in a batch.</summary>
    /// <value>The default is 64, the reference program's.</value>
    [Range(1, 65536)]
    public int BatchSize { get; set; } = 64;

    /// <summary>The learning rate, which the schedule varies.</summary>
    /// <value>The default is 1e-4, the reference program's.</value>
    [Range(double.Epsilon, 1e3)]
    public double LearningRate { get; set; } = 1e-4;

    /// <summary>The number of tokens to which a caption is cut, its end token included: the reference program's <c>text_tokens_max_length</c>.</summary>
    /// <value>The default is 40.</value>
    [Range(1, 1024)]
    public int MaxTextTokens { get; set; } = 40;

    /// <summary>The share of the examples that is used, chosen as the reference program does it (<c>ReferenceSubset</c>); 1 or more for all.</summary>
    /// <value>The default is 1.</value>
    [Range(double.Epsilon, double.MaxValue)]
    public double SubsetRatio { get; set; } = 1;

    /// <summary>What all randomness of the run (orders, dropout) comes from.</summary>
    /// <value>The default is 42.</value>
    public long Seed { get; set; } = 42;

    /// <summary>What the loss counts.</summary>
    /// <value>The default is <see cref="CaptionObjective.Corrected"/>.</value>
    public CaptionObjective Objective { get; set; } = CaptionObjective.Corrected;

    /// <summary>The share of the loss that is spread over all tokens.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 0.999)]
    public double LabelSmoothing { get; set; }

    /// <summary>How the captioner learns from rewards for captions of its own; null to learn from the given captions word by word.</summary>
    /// <remarks>
    /// Batches are of pictures then, which needs a data set, and the options count pictures where they say examples. The <see cref="Objective"/>, which must
    /// be <see cref="CaptionObjective.Corrected"/>, is for the validation's loss alone.
    /// </remarks>
    /// <value>The default is <see langword="null"/>.</value>
    [ValidateObjectMembers]
    public SelfCriticalOptions? SelfCritical { get; set; }

    /// <summary>Which weights stay as they are.</summary>
    [ValidateObjectMembers]
    public FreezingOptions Freezing { get; set; } = new();

    /// <summary>Low-rank adapters to train in place of the decoder's own weights, which all stay as they are then; null to train those.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [ValidateObjectMembers]
    public LoraOptions? Lora { get; set; }

    /// <summary>How weights are changed.</summary>
    [ValidateObjectMembers]
    public OptimizationOptions Optimization { get; set; } = new();

    /// <summary>How examples are read and put into batches.</summary>
    [ValidateObjectMembers]
    public DataLoadingOptions Loading { get; set; } = new();

    /// <summary>When and by what the model is judged.</summary>
    [ValidateObjectMembers]
    public TrainingEvaluationOptions Evaluation { get; set; } = new();

    /// <summary>What is written, where and when.</summary>
    [ValidateObjectMembers]
    public CheckpointOptions Checkpoints { get; set; } = new();

    /// <summary>Who watches the run.</summary>
    public IList<ITrainingObserver> Observers { get; set; } = [];

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    internal void Validate()
    {
        var (errors, words) = (new ConfigurationErrors(nameof(CaptionTrainerOptions)), new CodeWords());
        new OptionCheck(errors, words).Check(this, typeof(CaptionTrainerOptions));
        TrainerRules.Check(this, errors, words);
        if (Evaluation?.Decoding is { } decoding && DecodingOptionsValidator.Errors(decoding).ToList() is { Count: > 0 } wrong)
        {
            errors.Add($"{nameof(Evaluation)}.{nameof(Evaluation.Decoding)}", $"can't be followed: {string.Join(' ', wrong).TrimEnd('.')}");
        }

        errors.ThrowIfAny();
    }
}
