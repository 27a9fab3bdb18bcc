namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>The element type of a weight in panels.</summary>
internal enum PanelType
{
    /// <summary>[in][64] of float32.</summary>
    Float32,

    /// <summary>[in / 2][64][2] of bfloat16.</summary>
    BFloat16,

    /// <summary>[in][64] of int8, each output with a scale.</summary>
    Int8,
}

/// <summary>A weight [out, in] in panels of 64 outputs, as <see cref="PanelProduct"/> reads it. It doesn't own the memory.</summary>
/// <param name="Address">The first panel.</param>
/// <param name="Type">The element type.</param>
/// <param name="InFeatures">The inputs.</param>
/// <param name="OutFeatures">The outputs.</param>
/// <param name="PanelBytes">The bytes from one panel to the next.</param>
/// <param name="Scales">[out] float32, or null for none.</param>
internal readonly unsafe record struct PanelWeight(nint Address, PanelType Type, int InFeatures, int OutFeatures, long PanelBytes, nint Scales = 0)
{
    /// <summary>The outputs of a panel.</summary>
    public const int Width = 64;

    public int Panels => (OutFeatures + Width - 1) / Width;
}
