using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>What a decoder's block has besides its rows, for one pass.</summary>
internal sealed class BlockContext
{
    /// <summary>The keys and values of earlier positions, or null.</summary>
    public IKeyValueStore? Past { get; init; }

    /// <summary>The random zeros of a training pass, or null.</summary>
    public DropoutMasks? Dropout { get; init; }

    /// <summary>What cross-attention makes keys and values of, [B, S, He], where <see cref="Beside"/> doesn't hold them already.</summary>
    public Tensor? States { get; init; }

    /// <summary>The keys and values of S positions that cross-attention looks at, one sequence an image; or null.</summary>
    public KeyValue? Beside { get; init; }

    /// <summary>Where the rows of one position a sequence have their places among those of <see cref="Beside"/>'s images; null where sequence i is image i's.</summary>
    public RowSlots? Slots { get; init; }

    /// <summary>Those of earlier positions with the new ones after them, once the block has run; the caller's own.</summary>
    public KeyValue? Present { get; set; }

    /// <summary>What drops out in a block of which one weight is given: what isn't trained doesn't, unless it is asked to, but for its adapters.</summary>
    public LayerDropout DropoutBeside(LayerNorm norm) => new(Dropout is { InFrozenParts: false } && !norm.Weight.requires_grad ? null : Dropout, Dropout);
}
