using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Optimization;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Some steps of training, compared loss by loss, and the weights that they lead to.</summary>
internal sealed class StepRun(GoldenCase golden, TrainedModel model, TrainingStep step, IReadOnlyList<TrainedWeight> weights)
{
    private readonly CaseTolerances _tolerances = new(golden);
    private readonly TrainedWeights _weights = new(weights);

    /// <summary>Makes the steps.</summary>
    /// <param name="batches">One batch a step.</param>
    /// <param name="rateFactor">What the schedule multiplies a step's learning rate by.</param>
    public void Check(IEnumerable<TrainingBatch> batches, Func<int, double> rateFactor)
    {
        var all = batches.ToList();
        if (golden.Expected.Find("gradient_norms_step_1") is { } norms)
        {
            CheckGradients(norms, all[0]);
        }

        CheckLosses(all, rateFactor);
        CheckWeights();
    }

    public void CheckLosses(IReadOnlyList<TrainingBatch> batches, Func<int, double> rateFactor)
    {
        var losses = golden.Expected["losses"].Items();
        Assert.Equal(losses.Count, batches.Count);
        for (var i = 0; i < batches.Count; i++)
        {
            TrainedWeights.Near(losses[i], step.Run([batches[i]], rateFactor(i)).Loss, _tolerances.Loss);
        }
    }

    public void CheckWeights()
    {
        _weights.CheckFinal(golden.Expected["final"], _tolerances.Weight);
        if (golden.Expected.Find("final_tensors") is { } tensors)
        {
            _weights.CheckFinalTensors(tensors, golden.Tensors, _tolerances.Tensor, _tolerances.Weight);
        }
    }

    /// <summary>The gradients of the first batch; weights that are frozen here may have collected some in the reference.</summary>
    private void CheckGradients(Tracked norms, TrainingBatch batch)
    {
        var frozen = weights.Where(weight => !weight.Weight.requires_grad && norms.Find(weight.Name) is not null).ToList();
        frozen.ForEach(weight => weight.Weight.requires_grad = true);
        using (var scope = NewDisposeScope())
        {
            model.Backward(batch, batch.Captions.Labels.Length);
            _weights.CheckGradients(norms, CaseTolerances.Gradient);
        }

        frozen.ForEach(weight => weight.Weight.requires_grad = false);
        foreach (var weight in weights)
        {
            weight.Weight.grad = null;
        }
    }
}
