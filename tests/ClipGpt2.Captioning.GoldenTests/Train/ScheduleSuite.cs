using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The learning rate of each step of a run.</summary>
public sealed class ScheduleSuite : GoldenSuite
{
    // Of the run's rate: a cosine may differ in its last bit from one C library to the next.
    private const double Tolerance = 1e-15;

    public override IReadOnlyList<string> Files => ["train/schedules.json"];

    public override void Check(GoldenCase golden)
    {
        var given = golden.Part("options");
        var rate = given["learning_rate"].Number();
        var factor = new LearningRateFactor(Options(given), rate, given["total"].Integer());
        var expected = golden.Expected["learning_rates"].Numbers();
        Assert.Equal(given["steps"].Integer(), expected.Length);
        for (var step = 0; step < expected.Length; step++)
        {
            var found = rate * factor.At(step);
            Assert.True(Math.Abs(found - expected[step]) <= Tolerance * rate, $"Step {step} has the rate {found:R}, not {expected[step]:R}.");
        }
    }

    private static OptimizationOptions Options(Tracked given)
    {
        var options = new OptimizationOptions
        {
            Schedule = given["schedule"].Text() switch
            {
                "constant" => LearningRateSchedule.Constant,
                "constant_with_warmup" => LearningRateSchedule.ConstantWithWarmup,
                "linear" => LearningRateSchedule.Linear,
                "cosine" => LearningRateSchedule.Cosine,
                "cosine_with_restarts" => LearningRateSchedule.CosineWithRestarts,
                "polynomial" => LearningRateSchedule.Polynomial,
                "inverse_sqrt" => LearningRateSchedule.InverseSquareRoot,
                var other => throw new InvalidOperationException($"There is no schedule '{other}'."),
            },
            WarmupSteps = given["warmup"].Integer(),
            Cycles = given.Find("num_cycles")?.NumberOrNull(),
            Timescale = given.Find("timescale")?.IntegerOrNull(),
        };
        options.Power = given.Find("power")?.NumberOrNull() ?? options.Power;
        options.FinalLearningRate = given.Find("lr_end")?.NumberOrNull() ?? options.FinalLearningRate;
        return options;
    }
}
