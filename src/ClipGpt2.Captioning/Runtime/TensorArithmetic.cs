using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>Sums and products of tensors and numbers, safe beside other threads.</summary>
/// <remarks>
/// TorchSharp makes a native scalar of each number, which the finalizer of a <see cref="Scalar"/> frees, and nothing keeps that object while the
/// native call runs: when another thread causes a collection at that moment, the call reads freed memory and fails or computes with another
/// number. Even a + b has such a number in it, its alpha. Here the object lives until the call has returned; <c>BannedSymbols.txt</c> makes the
/// compiler refuse the operators and conversions that leave it to chance.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + y, in x.</summary>
    public static Tensor PlusInPlace(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x + factor * y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.add(y, scalar);
    }

    /// <summary>x + factor * y, in x.</summary>
    public static Tensor PlusInPlace(this Tensor x, Tensor y, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.add_(y, scalar);
    }

    /// <summary>x + number, in x.</summary>
    public static Tensor PlusInPlace(this Tensor x, double number)
    {
        using var scalar = number.ToScalar();
        return x.add_(scalar, One);
    }

    /// <summary>x + number, in x, which may hold integers.</summary>
    public static Tensor PlusInPlace(this Tensor x, long number)
    {
        using var scalar = number.ToScalar();
        return x.add_(scalar, One);
    }

    /// <summary>x * factor.</summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>x * factor, in x.</summary>
    public static Tensor TimesInPlace(this Tensor x, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.mul_(scalar);
    }

    /// <summary>x / divisor.</summary>
    public static Tensor Over(this Tensor x, long divisor)
    {
        using var scalar = divisor.ToScalar();
        return x.div(scalar);
    }

    /// <summary>x, or the least value where x is less.</summary>
    public static Tensor AtLeast(this Tensor x, long least)
    {
        using var scalar = least.ToScalar();
        return x.clamp_min(scalar);
    }

    /// <summary>Where x isn't 0.</summary>
    public static Tensor IsNotZero(this Tensor x)
    {
        using var zero = 0.ToScalar();
        return x.ne(zero);
    }

    /// <summary>The whole numbers from one to another, which isn't among them: int64 [to - from].</summary>
    public static Tensor Range(long from, long to, Device device)
    {
        var numbers = new long[to - from];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = from + i;
        }

        return tensor(numbers, device: device);
    }
}
