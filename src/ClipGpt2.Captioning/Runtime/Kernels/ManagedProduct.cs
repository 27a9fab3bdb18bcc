using System.Numerics.Tensors;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>y = x Wᵀ + b over plain float32 memory by .NET's own dot product: right wherever .NET runs.</summary>
internal unsafe struct ManagedProduct
{
    /// <summary>[out, in].</summary>
    public float* Weight;

    /// <summary>[out], or null.</summary>
    public float* Bias;

    /// <summary>[rows, in].</summary>
    public float* X;

    /// <summary>[rows, out].</summary>
    public float* Y;

    public int Rows;
    public int Inputs;
    public int Outputs;

    /// <summary>Whether to add to what y holds.</summary>
    public bool Accumulate;

    /// <summary>Computes all outputs, shared out among the kernels' threads.</summary>
    public readonly void Run()
    {
        var job = this;
        WorkerTeam.Run(&RunPart, &job);
    }

    private static void RunPart(void* context, int part, int parts)
    {
        var job = (ManagedProduct*)context;
        var end = (int)((long)job->Outputs * (part + 1) / parts);
        for (var output = (int)((long)job->Outputs * part / parts); output < end; output++)
        {
            job->Compute(output);
        }
    }

    private readonly void Compute(int output)
    {
        var factors = new ReadOnlySpan<float>(Weight + ((long)output * Inputs), Inputs);
        var offset = Bias is null ? 0 : Bias[output];
        for (var row = 0L; row < Rows; row++)
        {
            var value = TensorPrimitives.Dot(new ReadOnlySpan<float>(X + (row * Inputs), Inputs), factors) + offset;
            var target = Y + (row * Outputs) + output;
            *target = Accumulate ? *target + value : value;
        }
    }
}
