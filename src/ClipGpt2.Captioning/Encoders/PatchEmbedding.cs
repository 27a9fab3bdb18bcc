using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Cuts pictures into square patches and maps each to a vector: a convolution whose stride is its kernel's size.</summary>
/// <remarks>
/// The patches are laid out as rows and multiplied like any other: for inference that product is packed, where a convolution isn't. Safe from any
/// number of threads.
/// </remarks>
internal sealed class PatchEmbedding
{
    private readonly ComputeOptions _compute;
    private readonly int _imageSize;
    private readonly int _patch;
    private readonly int _channels;
    private readonly Tensor? _kernel;
    private readonly Tensor? _bias;
    private readonly Linear? _product;

    /// <param name="layers">Where the weights come from.</param>
    /// <param name="name">What their names begin with.</param>
    /// <param name="imageSize">The side of the pictures.</param>
    /// <param name="patch">The side of a patch.</param>
    /// <param name="channels">The pictures' channels.</param>
    /// <param name="hidden">H.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public PatchEmbedding(LayerLoader layers, string name, int imageSize, int patch, int channels, int hidden, bool bias)
    {
        (_compute, _imageSize, _patch, _channels) = (layers.Compute, imageSize, patch, channels);
        ReadOnlySpan<long> shape = [hidden, channels, patch, patch];
        if (_compute.Trainable)
        {
            _kernel = layers.Weight($"{name}.weight", shape);
            _bias = bias ? layers.Weight($"{name}.bias", hidden) : null;
        }
        else
        {
            _product = layers.Linear(name, shape, (long)channels * patch * patch, hidden, bias);
        }
    }

    /// <summary>The patches in a row or a column of a picture; what is left over at the edges isn't looked at.</summary>
    public int Grid => _imageSize / _patch;

    /// <summary>Embeds pictures.</summary>
    /// <param name="pixels">Floating point [B, C, S, S] on any device.</param>
    /// <returns>[B, patches, H] in the order of reading.</returns>
    public Tensor Forward(Tensor pixels)
    {
        CheckShape(pixels);
        using var scope = NewDisposeScope();
        var placed = pixels.to(_compute.TorchDevice);
        var rows = _kernel is null ? _product!.Forward(Unfold(placed, _product.ActivationType)) : Train(placed);
        return rows.view(pixels.shape[0], (long)Grid * Grid, -1).MoveToOuterDisposeScope();
    }

    private Tensor Train(Tensor pixels) => nn.functional.linear(Unfold(pixels, ScalarType.Float32), _kernel!.flatten(1), _bias);

    /// <summary>[B, C, S, S] to rows [B * patches, C * P * P] of a type, in one copy.</summary>
    private Tensor Unfold(Tensor pixels, ScalarType type)
    {
        var (batch, grid, used) = (pixels.shape[0], Grid, (long)Grid * _patch);
        var cut = pixels.narrow(2, 0, used).narrow(3, 0, used)
            .reshape(batch, _channels, grid, _patch, grid, _patch)
            .permute(0, 2, 4, 1, 3, 5);                                  // [B, row, column, C, P, P]
        var rows = empty(cut.shape, type, cut.device);
        return rows.copy_(cut).view(batch * grid * grid, -1);
    }

    private void CheckShape(Tensor pixels)
    {
        if (pixels.shape is not [> 0, var channels, var height, var width] || channels != _channels || height != _imageSize || width != _imageSize)
        {
            throw new CaptioningException(
                $"The image encoder takes pixels [B, {_channels}, {_imageSize}, {_imageSize}], and got [{string.Join(", ", pixels.shape)}]: "
                + "preprocess the pictures with the encoder's own preprocessor.");
        }

        if (!pixels.is_floating_point())
        {
            throw new CaptioningException($"The image encoder takes normalised floating-point pixels, and got {pixels.dtype}.");
        }
    }
}
