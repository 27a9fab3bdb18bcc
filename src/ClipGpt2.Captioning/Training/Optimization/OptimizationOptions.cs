using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>How weights are changed.</summary>
public class OptimizationOptions
{
    /// <summary>The rule.</summary>
    /// <value>The default is <see cref="OptimizerKind.Adam"/>, the reference program's.</value>
    public OptimizerKind Optimizer { get; set; } = OptimizerKind.Adam;

    /// <summary>How fast Adam's mean of the gradient forgets.</summary>
    /// <value>The default is 0.9.</value>
    [Range(0, 0.9999999)]
    public double Beta1 { get; set; } = 0.9;

    /// <summary>How fast Adam's mean of the squared gradient forgets.</summary>
    /// <value>The default is 0.999.</value>
    [Range(0, 0.9999999)]
    public double Beta2 { get; set; } = 0.999;

    /// <summary>What Adam adds to the denominator.</summary>
    /// <remarks>The AdamW of transformers and ClipCap has 1e-6.</remarks>
    /// <value>The default is 1e-8.</value>
    [Range(0, 1)]
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>Whether Adam or AdamW divides by the largest mean of the squared gradient so far (AMSGrad).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AmsGrad { get; set; }

    /// <summary>Whether <see cref="OptimizerKind.TransformersAdamW"/> corrects its means for having begun at 0 (transformers' <c>correct_bias</c>).</summary>
    /// <remarks>Adam and AdamW always do; without it the first steps are several times as long.</remarks>
    /// <value>The default is <see langword="true"/>.</value>
    public bool CorrectBias { get; set; } = true;

    /// <summary>SGD's momentum.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 0.9999999)]
    public double Momentum { get; set; }

    /// <summary>SGD's dampening of the momentum.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1)]
    public double Dampening { get; set; }

    /// <summary>Whether SGD looks ahead with Nesterov's momentum.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Nesterov { get; set; }

    /// <summary>How strongly weights are drawn to 0; see <see cref="SpareBiasesAndNorms"/>.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1e3)]
    public double WeightDecay { get; set; }

    /// <summary>Whether the weight decay spares biases and layer norms.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool SpareBiasesAndNorms { get; set; } = true;

    /// <summary>The encoder's learning rate; null for the run's.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(0, 1e3)]
    public double? EncoderLearningRate { get; set; }

    /// <summary>The projector's learning rate; null for the run's.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(0, 1e3)]
    public double? ProjectorLearningRate { get; set; }

    /// <summary>The decoder's learning rate; null for the run's.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(0, 1e3)]
    public double? DecoderLearningRate { get; set; }

    /// <summary>How the learning rate goes over the run.</summary>
    /// <value>The default is <see cref="LearningRateSchedule.Constant"/>, the reference program's.</value>
    public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Constant;

    /// <summary>How many steps the learning rate rises from 0.</summary>
    /// <value>The default is 0.</value>
    [Range(0, long.MaxValue)]
    public long WarmupSteps { get; set; }

    /// <summary>The steps over which the schedule runs, the warm-up included; null for all of the run's.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, long.MaxValue)]
    public long? ScheduleSteps { get; set; }

    /// <summary>How many waves a cosine makes; for restarts a whole number.</summary>
    /// <value>The default is <see langword="null"/>: 0.5 for <see cref="LearningRateSchedule.Cosine"/>, 1 with restarts.</value>
    [Range(0, 1e6)]
    public double? Cycles { get; set; }

    /// <summary>The polynomial's power.</summary>
    /// <value>The default is 1.</value>
    [Range(0, 100)]
    public double Power { get; set; } = 1;

    /// <summary>The polynomial's last learning rate.</summary>
    /// <value>The default is 1e-7.</value>
    [Range(0, 1e3)]
    public double FinalLearningRate { get; set; } = 1e-7;

    /// <summary>The inverse root's time scale in steps; null for the warm-up, or 10,000 without one.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(1, long.MaxValue)]
    public long? Timescale { get; set; }

    /// <summary>How many batches make one step; their losses are averaged over the tokens of all of them.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 65536)]
    public int AccumulatedBatches { get; set; } = 1;

    /// <summary>The norm of all gradients together to which they are clipped; null for no clipping.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [Range(double.Epsilon, double.MaxValue)]
    public double? MaxGradientNorm { get; set; }

    /// <summary>Which norm is clipped: the p of the sum of magnitudes^p, whose p-th root it is; infinity for the largest magnitude (torch's <c>norm_type</c>).</summary>
    /// <value>The default is 2.</value>
    [Range(typeof(double), "5E-324", "Infinity", ParseLimitsInInvariantCulture = true)]
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public double GradientNormType { get; set; } = 2;

    /// <summary>How much of the average of the weights a step leaves; null to keep no average. Validation and checkpoints use the average.</summary>
    /// <value>The default is <see langword="null"/>; 0.999 is usual.</value>
    [Range(0, 0.9999999)]
    public double? AverageDecay { get; set; }
}

/// <summary>The rule by which weights are changed.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba, 2015), as <c>torch.optim.Adam</c>: weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>AdamW (Loshchilov and Hutter, 2019), as <c>torch.optim.AdamW</c>: weights decay before the update.</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,

    /// <summary>AdamW as transformers up to 4.30 and ClipCap have it: epsilon before the bias correction, weights decay after the update.</summary>
    [JsonStringEnumMemberName("transformers_adamw")]
    TransformersAdamW,

    /// <summary>Stochastic gradient descent, as <c>torch.optim.SGD</c>.</summary>
    Sgd,
}

/// <summary>How the learning rate goes over a run, after its warm-up: Hugging Face's <c>get_scheduler</c>.</summary>
public enum LearningRateSchedule
{
    /// <summary>As it is, without the warm-up.</summary>
    Constant,

    /// <summary>As it is, after the warm-up.</summary>
    ConstantWithWarmup,

    /// <summary>Down to 0 in a line.</summary>
    Linear,

    /// <summary>Along a cosine, half a wave by default.</summary>
    Cosine,

    /// <summary>Along a cosine that starts anew after each cycle.</summary>
    CosineWithRestarts,

    /// <summary>Down to the final rate by a power.</summary>
    Polynomial,

    /// <summary>As one over the root of the steps.</summary>
    InverseSquareRoot,
}
