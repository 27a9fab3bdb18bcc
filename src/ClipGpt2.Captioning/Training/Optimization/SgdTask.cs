using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>A step of stochastic gradient descent over plain memory.</summary>
internal unsafe struct SgdTask : IKernelTask
{
    public float* Weight;
    public float* Gradient;
    public float* Buffer; // null without momentum
    public long Elements;
    public SgdStep Step;

    public readonly long Units => Elements;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(long begin, long end)
    {
        var numbers = new Numbers(Step);
        var i = begin;
        for (; i <= end - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var buffer = Buffer is null ? default : Vector256.Load(Buffer + i);
            Update(numbers, Vector256.Load(Weight + i), Vector256.Load(Gradient + i), ref buffer).Store(Weight + i);
            if (Buffer is not null)
            {
                buffer.Store(Buffer + i);
            }
        }

        for (; i < end; i++)
        {
            var buffer = Vector256.Create(Buffer is null ? 0 : Buffer[i]);
            Weight[i] = Update(numbers, Vector256.Create(Weight[i]), Vector256.Create(Gradient[i]), ref buffer)[0];
            if (Buffer is not null)
            {
                Buffer[i] = buffer[0];
            }
        }
    }

    /// <summary>The new weight; the buffer is changed in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<float> Update(in Numbers n, Vector256<float> weight, Vector256<float> gradient, ref Vector256<float> buffer)
    {
        gradient = Vector256.FusedMultiplyAdd(n.Decay, weight, gradient);
        if (Buffer is not null)
        {
            buffer = Vector256.FusedMultiplyAdd(n.BufferShare, gradient, n.Momentum * buffer);
            gradient = Step.Nesterov ? Vector256.FusedMultiplyAdd(n.Momentum, buffer, gradient) : buffer;
        }

        return weight - (n.LearningRate * gradient);
    }

    private readonly struct Numbers(SgdStep step)
    {
        public readonly Vector256<float> LearningRate = Vector256.Create((float)step.LearningRate);
        public readonly Vector256<float> Decay = Vector256.Create((float)step.Decay);
        public readonly Vector256<float> Momentum = Vector256.Create((float)step.Momentum);
        public readonly Vector256<float> BufferShare = Vector256.Create((float)step.BufferShare);
    }
}
