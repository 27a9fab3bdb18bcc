namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>What a kernel asks the memory for while it computes: four places for each input, or pair of inputs, that it takes.</summary>
/// <param name="first">The first place. Nothing is read there, so that it may lie behind the memory's end.</param>
/// <param name="apart">From one of the four places to the next, in bytes.</param>
/// <param name="step">From one input to the next, in bytes.</param>
internal readonly unsafe struct Prefetch(byte* first, nint apart, nint step)
{
    // The bytes that the processor fetches at once.
    private const int Line = 64;

    // How far ahead of the product: the processor's own prefetching ends at each page.
    private const int Ahead = 4096;

    public byte* First => first;

    public nint Apart => apart;

    public nint Step => step;

    /// <summary>Asks for what lies ahead in the weight that is being read, as fast as it is read.</summary>
    /// <param name="weight">Where the kernel begins.</param>
    /// <param name="bytes">What it reads for each input.</param>
    public static Prefetch Along(void* weight, int bytes) => new((byte*)weight + Ahead, Line, bytes);

    /// <summary>Asks for another part of the weight, a line for each input: rows that come later will find it near.</summary>
    public static Prefetch Of(byte* part) => new(part, 0, Line);
}
