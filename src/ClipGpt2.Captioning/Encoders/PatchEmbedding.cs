using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Cuts pictures into patches and maps each to a vector: a convolution whose stride is its kernel's size.</summary>
/// <remarks>
/// The patches are laid out as rows and multiplied like any other: for inference that product is packed, where a convolution isn't. Safe from any
/// number of threads.
/// </remarks>
internal sealed class PatchEmbedding
{
    private readonly ComputeOptions _compute;
    private readonly PatchSizes _sizes;
    private readonly Tensor? _kernel;
    private readonly Tensor? _bias;
    private readonly Linear? _product;

    /// <param name="layers">Where the weights come from.</param>
    /// <param name="name">What their names begin with.</param>
    /// <param name="sizes">How pictures are cut.</param>
    /// <param name="hidden">H.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public PatchEmbedding(LayerLoader layers, string name, PatchSizes sizes, int hidden, bool bias)
    {
        (_compute, _sizes) = (layers.Compute, sizes);
        ReadOnlySpan<long> shape = [hidden, sizes.Channels, sizes.PatchHeight, sizes.PatchWidth];
        if (_compute.Trainable)
        {
            _kernel = layers.Weight($"{name}.weight", shape);
            _bias = bias ? layers.Weight($"{name}.bias", hidden) : null;
        }
        else
        {
            _product = layers.Linear(name, shape, sizes.Values, hidden, bias);
        }
    }

    /// <summary>The patches of a picture.</summary>
    public long Count => _sizes.Count;

    /// <summary>Embeds pictures.</summary>
    /// <param name="pixels">Floating point [B, C, height, width] on any device.</param>
    /// <returns>[B, patches, H] in the order of reading.</returns>
    public Tensor Forward(Tensor pixels)
    {
        CheckShape(pixels);
        using var scope = NewDisposeScope();
        var placed = pixels.to(_compute.TorchDevice);
        var rows = _kernel is null ? _product!.Forward(Unfold(placed, _product.ActivationType)) : Train(placed);
        return rows.view(pixels.shape[0], Count, -1).MoveToOuterDisposeScope();
    }

    private Tensor Train(Tensor pixels) => nn.functional.linear(Unfold(pixels, ScalarType.Float32), _kernel!.flatten(1), _bias);

    /// <summary>[B, C, height, width] to rows [B * patches, C * P * P'] of a type, in one copy.</summary>
    private Tensor Unfold(Tensor pixels, ScalarType type)
    {
        var (rowsUsed, columnsUsed) = ((long)_sizes.Rows * _sizes.PatchHeight, (long)_sizes.Columns * _sizes.PatchWidth);
        var cut = pixels.narrow(2, 0, rowsUsed).narrow(3, 0, columnsUsed)
            .reshape(pixels.shape[0], _sizes.Channels, _sizes.Rows, _sizes.PatchHeight, _sizes.Columns, _sizes.PatchWidth)
            .permute(0, 2, 4, 1, 3, 5);                                  // [B, row, column, C, P, P']
        var rows = empty(cut.shape, type, cut.device);
        return rows.copy_(cut).view(-1, _sizes.Values);
    }

    private void CheckShape(Tensor pixels)
    {
        if (pixels.shape is not [> 0, var channels, var height, var width] || channels != _sizes.Channels || height != _sizes.Height || width != _sizes.Width)
        {
            throw new CaptioningException(
                $"The image encoder takes pixels [B, {_sizes.Channels}, {_sizes.Height}, {_sizes.Width}], and got [{string.Join(", ", pixels.shape)}]: "
                + "preprocess the pictures with the encoder's own preprocessor.");
        }

        if (!pixels.is_floating_point())
        {
            throw new CaptioningException($"The image encoder takes normalised floating-point pixels, and got {pixels.dtype}.");
        }
    }
}
