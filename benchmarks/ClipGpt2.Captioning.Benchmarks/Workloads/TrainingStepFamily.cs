using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Training steps of the reference programs' forms from embeddings to new weights: losses, gradients, Adam.</summary>
internal sealed class TrainingStepFamily(FullSizeModels models)
{
    // How far apart the first losses in the two precisions may be.
    private const double LossDifference = 0.02;

    private static readonly Precision[] Precisions = OneDnn.HasBFloat16 ? [Precision.Float32, Precision.BFloat16] : [Precision.Float32];

    public IEnumerable<Workload> Workloads() => TrainingForm.All.Select(Step);

    public Workload Step(TrainingForm form)
    {
        var inTraining = new Dictionary<Precision, ModelInTraining>();
        return new Workload($"training step, {form.Name}", Unit.Rate("captions", form.BatchSize), [.. Precisions.Select(Variant)])
        {
            Begin = () =>
            {
                var losses = Array.ConvertAll(Precisions, FirstLoss);
                Agreement.Require(Math.Abs(losses[0] - losses[^1]) <= LossDifference * losses[0], $"The losses are {string.Join(" and ", losses)}");
            },
            End = () =>
            {
                foreach (var model in inTraining.Values)
                {
                    model.Dispose();
                }
            },
        };

        Variant Variant(Precision precision) =>
            new(new Contender(precision.ToString(), () => inTraining[precision].Step()), ModelCosts.Roofline(precision, form.Cost));

        double FirstLoss(Precision precision) => (inTraining[precision] = new ModelInTraining(models, form, precision)).Step();
    }
}
