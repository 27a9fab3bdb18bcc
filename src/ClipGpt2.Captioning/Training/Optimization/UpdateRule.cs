using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>How weights follow from their gradients.</summary>
internal abstract class UpdateRule
{
    /// <summary>The tensors that the rule keeps for each weight, by torch's names.</summary>
    public abstract IReadOnlyList<string> StateNames { get; }

    public static UpdateRule Create(OptimizationOptions options) =>
        options.Optimizer == OptimizerKind.Sgd ? new SgdRule(options) : new AdamRule(options);

    /// <summary>Changes weights and states.</summary>
    public abstract void Apply(IReadOnlyList<WeightUpdate> updates);
}

/// <summary>A rule with a kernel over plain memory, and the same in libtorch's operators for weights elsewhere.</summary>
internal abstract class UpdateRule<TTask> : UpdateRule
    where TTask : unmanaged, IKernelTask
{
    public override void Apply(IReadOnlyList<WeightUpdate> updates)
    {
        var tasks = new List<TTask>(updates.Count);
        foreach (var update in updates)
        {
            if (PlainMemory.Has(update.Target.Weight) && PlainMemory.Has(update.Gradient))
            {
                tasks.Add(Task(update));
            }
            else
            {
                ApplyOnTensors(update);
            }
        }

        KernelTasks.Run<TTask>(CollectionsMarshal.AsSpan(tasks));
    }

    protected abstract TTask Task(WeightUpdate update);

    protected abstract void ApplyOnTensors(WeightUpdate update);
}
