using TorchSharp;

namespace ClipGpt2.Captioning.Tests;

/// <summary>The tests that count the live tensors, or the memory, of the whole process: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(CountsTensors), DisableParallelization = true)]
public sealed class CountsTensors
{
    /// <summary>The count to start from: tensors that earlier tests forgot are finalised first, so that they don't go in between.</summary>
    internal static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
