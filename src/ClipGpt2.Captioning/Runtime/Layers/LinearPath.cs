using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A way to build linear layers, which proves itself for the machine once and then for each weight.</summary>
/// <param name="name">What computes, for logs.</param>
/// <param name="kind">What a host calls the way.</param>
internal abstract class LinearPath(string name, KernelPath kind)
{
    // One, two and five rows, and more, have code of their own here; oneDNN chooses by the number as well.
    private static readonly int[] RowCounts = [1, 2, 3, 4, 5, 6, 9, 17, 50];

    private readonly ConcurrentDictionary<(ScalarType Type, string Device), Lazy<MachineProof>> _machine = new();

    public string Name => name;

    public KernelPath Kind => kind;

    /// <summary>Whether the way is one for such a layer, if the machine has it.</summary>
    public virtual bool Fits(OriginalWeight original, ComputeOptions compute) => true;

    /// <summary>Why this machine doesn't have the way, or null.</summary>
    public virtual string? Missing(ComputeOptions compute) => null;

    /// <summary>Builds a layer and proves it.</summary>
    /// <param name="original">The weights, which stay the caller's.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <param name="wanted">The only way that its parts may take, or <see cref="KernelPath.Auto"/>.</param>
    /// <returns>The layer, with the fault of a way that it then dropped; or none, with the fault; or neither, where it doesn't fit the machine.</returns>
    public (LinearProduct? Product, string? Fault) Prove(OriginalWeight original, ComputeOptions compute, KernelPath wanted)
    {
        var machine = Machine(compute);
        if (machine.Fault is { } fault)
        {
            return (null, fault);
        }

        // What the machine computes wrong for some number of rows isn't asked again for one.
        using var frozen = no_grad();
        var (product, found, _) = BuildAndProve(original, compute, wanted, (way, weight) => machine.Dropped.GetValueOrDefault(way.Name) ?? CheckNowOrLater(way, weight));
        return (product, found);
    }

    /// <summary>What is wrong with the way on this machine, whatever the weight; null if nothing is.</summary>
    public string? MachineFault(ComputeOptions compute) => Machine(compute).Fault;

    /// <summary>What the machine's proof multiplies by. Its sizes fill neither the last block of outputs nor that of inputs, whatever the blocks are.</summary>
    protected virtual OriginalWeight FixedWeight() => FixedWeight(outputs: 200, inputs: 291, inputRows: false);

    /// <summary>Builds a layer, or returns null where this machine lays out weights in another way than this one knows.</summary>
    protected abstract LinearProduct? Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted);

    private MachineProof Machine(ComputeOptions compute) =>
        _machine.GetOrAdd((compute.ProductType(), compute.Device), _ => new Lazy<MachineProof>(() => ProveMachine(compute))).Value;

    private MachineProof ProveMachine(ComputeOptions compute)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (product, fault, dropped) = BuildAndProve(FixedWeight(), compute, KernelPath.Auto, CheckRowCounts);
        product?.Dispose();
        return new(product is null ? fault : null, dropped);
    }

    /// <summary>A weight of given sizes with nothing special in it.</summary>
    protected static OriginalWeight FixedWeight(int outputs, int inputs, bool inputRows)
    {
        var weight = tensor(ProductProof.Inputs(outputs * inputs, row: 0)).view(inputRows ? [inputs, outputs] : [outputs, inputs]);
        return new OriginalWeight(weight, tensor(ProductProof.Inputs(outputs, row: 1)), inputRows);
    }

    private static string? CheckNowOrLater(ProductWay way, OriginalWeight original)
    {
        if (way.Defer is null)
        {
            return ProductProof.Check(way, original);
        }

        var sample = original.Sample(way.Weights);
        way.Defer(() => KernelLedger.Timed(() => CheckLater(way, sample)));
        return null;
    }

    private static string? CheckLater(ProductWay way, ProductSample sample)
    {
        try
        {
            using var frozen = no_grad();
            return sample.Check(way);
        }
        catch (ExternalException e)
        {
            return e.Message.Split('\n')[0];
        }
    }

    private static string? CheckRowCounts(ProductWay way, OriginalWeight original) =>
        RowCounts.Where(rows => rows <= way.MaxRows).Select(rows => ProductProof.Check(way, original, rows)).FirstOrDefault(fault => fault is not null);

    private (LinearProduct? Product, string? Fault, Dictionary<string, string> Dropped) BuildAndProve(
        OriginalWeight original, ComputeOptions compute, KernelPath wanted, Func<ProductWay, OriginalWeight, string?> check)
    {
        Dictionary<string, string> dropped = [];
        LinearProduct? product = null;
        try
        {
            product = Build(original, compute, wanted);
            foreach (var way in product?.Ways ?? [])
            {
                if (KernelLedger.Timed(() => check(way, original)) is not { } fault)
                {
                    continue;
                }

                if (way.Drop is null)
                {
                    product!.Dispose();
                    return (null, $"{way.Name}: {fault}", dropped);
                }

                way.Drop();
                dropped[way.Name] = fault;
            }
        }
        catch (ExternalException e)
        {
            product?.Dispose();
            return (null, $"{Name}: {e.Message.Split('\n')[0]}", dropped);
        }

        return (product, dropped.Count == 0 ? null : string.Join("; ", dropped.Select(way => $"{way.Key}: {way.Value}")), dropped);
    }

    /// <summary>What the machine's proof found.</summary>
    /// <param name="Fault">Why the path can't be taken, or null.</param>
    /// <param name="Dropped">The faults of those of its ways that must be dropped, by name.</param>
    private sealed record MachineProof(string? Fault, IReadOnlyDictionary<string, string> Dropped);
}
