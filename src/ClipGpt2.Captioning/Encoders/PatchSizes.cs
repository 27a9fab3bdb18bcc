namespace ClipGpt2.Captioning.Encoders;

/// <summary>How pictures are cut into patches.</summary>
/// <param name="Height">The pictures' rows.</param>
/// <param name="Width">The pictures' columns.</param>
/// <param name="PatchHeight">A patch's rows.</param>
/// <param name="PatchWidth">A patch's columns.</param>
/// <param name="Channels">The pictures' channels.</param>
internal readonly record struct PatchSizes(int Height, int Width, int PatchHeight, int PatchWidth, int Channels)
{
    /// <summary>Square pictures in square patches.</summary>
    public PatchSizes(int side, int patch, int channels)
        : this(side, side, patch, patch, channels)
    {
    }

    /// <summary>The patches below each other; what is left over at the edges isn't looked at.</summary>
    public int Rows => Height / PatchHeight;

    /// <summary>The patches beside each other.</summary>
    public int Columns => Width / PatchWidth;

    /// <summary>The patches of a picture.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>The numbers of a patch.</summary>
    public long Values => (long)Channels * PatchHeight * PatchWidth;
}
