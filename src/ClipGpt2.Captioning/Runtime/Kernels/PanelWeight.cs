namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>The element type of a weight in panels.</summary>
internal enum PanelType
{
    /// <summary>[in][width] of float32.</summary>
    Float32,

    /// <summary>[in / 2][width][2] of bfloat16.</summary>
    BFloat16,

    /// <summary>[in][width] of int8, each output with a scale.</summary>
    Int8,
}

/// <summary>A weight [out, in] in panels of some outputs, as <see cref="PanelProduct"/> reads it. It doesn't own the memory.</summary>
/// <param name="Address">The first panel.</param>
/// <param name="Type">The element type.</param>
/// <param name="Width">The outputs of a panel: <see cref="Wide"/>, or in float32 also <see cref="Narrow"/>.</param>
/// <param name="InFeatures">The inputs.</param>
/// <param name="OutFeatures">The outputs.</param>
/// <param name="PanelBytes">The bytes from one panel to the next.</param>
/// <param name="Scales">[out] float32, or null for none.</param>
internal readonly record struct PanelWeight(nint Address, PanelType Type, int Width, int InFeatures, int OutFeatures, long PanelBytes, nint Scales = 0)
{
    /// <summary>The outputs of a panel for AVX-512: four vectors.</summary>
    public const int Wide = 64;

    /// <summary>The outputs of a panel for AVX2: three vectors.</summary>
    public const int Narrow = 24;

    public int Panels => (OutFeatures + Width - 1) / Width;

    /// <summary>The bytes of one input, or half of a pair of them, in a panel.</summary>
    public int InputBytes => Width * Type switch
    {
        PanelType.Float32 => sizeof(float),
        PanelType.BFloat16 => sizeof(ushort),
        PanelType.Int8 => sizeof(sbyte),
        _ => throw new InvalidOperationException($"There is no panel type {Type}."),
    };

    /// <summary>The inputs that lie side by side for each output.</summary>
    public int InputsAtOnce => Type == PanelType.BFloat16 ? 2 : 1;

    /// <summary>Where a panel's inputs lie from one on, which is an even one.</summary>
    public unsafe byte* Block(int panel, int input) => (byte*)Address + (panel * PanelBytes) + ((long)input * InputBytes);

    /// <summary>Some neighbouring panels as a weight of their own.</summary>
    public PanelWeight Slice(int first, int panels) => this with
    {
        Address = (nint)(Address + (first * PanelBytes)),
        OutFeatures = Math.Min(panels * Width, OutFeatures - (first * Width)),
        Scales = Scales == 0 ? 0 : Scales + (first * Width * sizeof(float)),
    };
}
