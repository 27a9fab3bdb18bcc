using System.Collections.Concurrent;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>softmax(q kᵀ / √d + mask) v, by the first way that proves itself on this machine: for few rows managed code over panels; libtorch's fused operator, its products, managed code.</summary>
/// <remarks>Gradients flow through libtorch's ways. Safe from any number of threads.</remarks>
internal static class ScaledAttention
{
    private static readonly Way[] All =
    [
        new("managed code over panels", KernelPath.Packed, PanelAttention.Attend),
        new("libtorch's fused attention", KernelPath.Plain, nn.functional.scaled_dot_product_attention),
        new("libtorch's products and softmax", KernelPath.Plain, (query, key, value, mask, _, causal) => AttendApart(query, key, value, mask, causal, 1 / Math.Sqrt(query.shape[^1]))),
        new("managed code", KernelPath.Managed, ManagedAttention.Attend),
    ];

    private static readonly ConcurrentDictionary<(ScalarType Type, DeviceType Device, KernelPath Wanted, bool Few), Lazy<Way>> Chosen = new();

    private delegate Tensor Attention(Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, bool causal);

    /// <summary>Lets queries look at keys.</summary>
    /// <param name="query">[B, heads, T, d].</param>
    /// <param name="key">[B, heads, S, d].</param>
    /// <param name="value">[B, heads, S, d].</param>
    /// <param name="mask">Broadcastable to [B, heads, T, S]: what is added to the scores, or booleans that say which pairs count; or null.</param>
    /// <param name="causal">Whether a query sees only its own position and those before it; then there is no mask, and T = S.</param>
    /// <returns>[B, heads, T, d].</returns>
    /// <exception cref="NativeBackendException">No way computes right on this machine.</exception>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false)
    {
        // Gradients need libtorch's operators, and so do other devices.
        var isBound = query.device_type != DeviceType.CPU || query.requires_grad || key.requires_grad || value.requires_grad;
        var wanted = isBound || TorchRuntime.Kernels == KernelPath.Packed ? KernelPath.Plain : TorchRuntime.Kernels;
        var few = !isBound && FewRows.Are(query, query.shape[0] * Math.Max(query.shape[2], key.shape[2]));
        var chosen = Chosen.GetOrAdd((query.dtype, query.device_type, wanted, few), kind => new Lazy<Way>(() => KernelLedger.Timed(() => Choose(kind.Type, kind.Device, kind.Wanted, kind.Few))));
        return chosen.Value.Attend(query, key, value, mask, 0, causal);
    }

    /// <summary>The same step by step, with any scale, and with something done to the attention's weights [B, heads, T, S] between softmax and values.</summary>
    public static Tensor AttendApart(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal, double scale, Func<Tensor, Tensor>? change = null)
    {
        using var scope = NewDisposeScope();
        var scores = query.matmul(key.transpose(-2, -1)).Times(scale);
        if (causal)
        {
            mask = ones(scores.shape[^2], scores.shape[^1], ScalarType.Bool, scores.device).tril();
        }

        if (mask?.dtype == ScalarType.Bool)
        {
            using var never = double.NegativeInfinity.ToScalar();
            scores = scores.masked_fill(mask.logical_not(), never);
        }
        else if (mask is not null)
        {
            scores = scores.Plus(mask);
        }

        var weights = scores.softmax(-1);
        return (change is null ? weights : change(weights)).matmul(value).MoveToOuterDisposeScope();
    }

    private static Way Choose(ScalarType type, DeviceType device, KernelPath wanted, bool few)
    {
        List<string> faults = [];
        foreach (var way in All.Where(way => way.Kind == KernelPath.Packed ? few : wanted == KernelPath.Auto || way.Kind == wanted))
        {
            if (AttentionProof.Check((query, key, value, mask, causal) => way.Attend(query, key, value, mask, 0, causal), type, device) is not { } fault)
            {
                var reason = faults.Count > 0 ? string.Join("; ", faults) : wanted == KernelPath.Managed ? "proven, and asked for by TorchRuntimeOptions.Kernels = Managed" : "proven";
                KernelLedger.Add(new KernelChoice(few ? "Attention of few rows" : "Attention", type.ToString(), way.Name, reason, faults.Count > 0));
                return way;
            }

            faults.Add($"{way.Name}: {fault}");
        }

        throw new NativeBackendException($"No way to compute attention in {type} gives right results on this machine: {string.Join("; ", faults)}. Run 'clipgpt2 doctor', and see docs/troubleshooting.md.");
    }

    private sealed record Way(string Name, KernelPath Kind, Attention Attend);
}
