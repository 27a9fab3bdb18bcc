using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

public sealed class LearningRateFactorTests
{
    public static TheoryData<LearningRateSchedule> Schedules => new(Enum.GetValues<LearningRateSchedule>());

    [Theory]
    [MemberData(nameof(Schedules))]
    public void It_is_a_number_from_0_to_1_whatever_the_lengths(LearningRateSchedule schedule)
    {
        foreach (var (warmup, total) in new (long, long)[] { (0, 1), (0, 10), (3, 10), (10, 10), (20, 10) })
        {
            var factor = new LearningRateFactor(new() { Schedule = schedule, WarmupSteps = warmup }, 1e-3, total);
            for (var step = 0; step < 30; step++)
            {
                Assert.InRange(factor.At(step), 0, 1);
            }
        }
    }

    [Fact]
    public void A_schedule_of_its_own_length_ends_before_the_run()
    {
        var factor = new LearningRateFactor(new() { Schedule = LearningRateSchedule.Linear, ScheduleSteps = 10 }, 1e-3, runSteps: 100);
        Assert.Equal(0.5, factor.At(5));
        Assert.Equal(0, factor.At(10));
        Assert.Equal(0, factor.At(99));
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused_together()
    {
        var options = new CaptionTrainerOptions
        {
            LearningRate = 1e-6,
            Optimization =
            {
                Optimizer = OptimizerKind.TransformersAdamW, AmsGrad = true, Schedule = LearningRateSchedule.Polynomial, FinalLearningRate = 1e-5,
            },
        };
        var message = Assert.Throws<ConfigurationException>(options.Validate).Message;
        Assert.Contains("Optimization.AmsGrad", message, StringComparison.Ordinal);
        Assert.Contains("Optimization.FinalLearningRate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_old_AdamW_goes_without_the_correction_of_its_means()
    {
        var options = new CaptionTrainerOptions { Optimization = { Optimizer = OptimizerKind.AdamW, CorrectBias = false } };
        Assert.Contains("Optimization.CorrectBias", Assert.Throws<ConfigurationException>(options.Validate).Message, StringComparison.Ordinal);
        options.Optimization.Optimizer = OptimizerKind.TransformersAdamW;
        options.Validate();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void What_is_no_norm_is_refused(double type)
    {
        var options = new CaptionTrainerOptions { Optimization = { MaxGradientNorm = 1, GradientNormType = type } };
        Assert.Contains("GradientNormType", Assert.Throws<ConfigurationException>(options.Validate).Message, StringComparison.Ordinal);
        options.Optimization.GradientNormType = double.PositiveInfinity;
        options.Validate();
    }

    [Fact]
    public void Restarts_in_the_middle_of_a_cycle_are_refused()
    {
        var options = new CaptionTrainerOptions { Optimization = { Schedule = LearningRateSchedule.CosineWithRestarts, Cycles = 1.5 } };
        Assert.Contains("Optimization.Cycles", Assert.Throws<ConfigurationException>(options.Validate).Message, StringComparison.Ordinal);
    }
}
