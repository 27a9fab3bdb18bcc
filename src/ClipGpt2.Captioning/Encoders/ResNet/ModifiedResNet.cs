using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders.ResNet;

/// <summary>CLIP's convolutional image tower (RN50, RN101, RN50x4, RN50x16, RN50x64): a stem of three convolutions, pooling wherever others stride, and attention in place of the last mean.</summary>
/// <remarks>
/// Source: Radford et al. 2021, section 2.4; openai/CLIP's <c>ModifiedResNet</c>, whose names the weights have. Batch normalisation always uses the
/// running statistics, also while the tower is trained. The layers are the owner's. Safe from any number of threads.
/// </remarks>
internal sealed class ModifiedResNet : IClipTower
{
    private const string Name = OpenAiClipNames.Visual;

    private readonly ComputeOptions _compute;
    private readonly ModifiedResNetConfig _config;
    private readonly ConvolutionNorm[] _stem;
    private readonly Bottleneck[][] _stages;
    private readonly MeanQueryPooling _pooling;

    public ModifiedResNet(ModifiedResNetConfig config, LayerLoader layers)
    {
        _config = config;
        _compute = layers.Compute;
        var (width, half) = (config.Width, config.Width / 2);
        _stem =
        [
            layers.ConvolutionNorm($"{Name}conv1", $"{Name}bn1", 3, half, kernel: 3, stride: 2),
            layers.ConvolutionNorm($"{Name}conv2", $"{Name}bn2", half, half, kernel: 3),
            layers.ConvolutionNorm($"{Name}conv3", $"{Name}bn3", half, width, kernel: 3),
        ];
        _stages = [.. config.Layers.Select((blocks, stage) => Stage(layers, stage, blocks))];
        _pooling = new MeanQueryPooling(layers, $"{Name}attnpool", config);
    }

    public IClipTowerConfig Config => _config;

    public Tensor Embed(Tensor pixels) => ForwardPass.Run(_compute, () => _pooling.Project(_pooling.Pool(Maps(pixels, kept: null))));

    public FeatureShape Tokens => new(_config.PooledSize, _config.Grid * _config.Grid);

    public bool HasClassToken => false;

    public Tensor EmbedTokens(Tensor pixels, int first) => ForwardPass.Run(_compute, () => Rows(Maps(pixels, kept: null)).narrow(1, first, Tokens.Length!.Value - first));

    /// <inheritdoc/>
    /// <remarks>States are the stem's and then each stage's, a row for each position of the map: [B, positions, C].</remarks>
    public EncoderOutput Forward(Tensor pixels, bool hiddenStates) => EncoderOutput.Run(_compute, hiddenStates, kept =>
    {
        var maps = Maps(pixels, kept);
        var rows = Rows(maps);
        return (new Sequences(rows.shape[0], rows.shape[1]), rows, _pooling.Pool(maps));
    });

    private Bottleneck[] Stage(LayerLoader layers, int stage, int blocks)
    {
        var width = _config.Width << stage;
        var inputs = stage == 0 ? _config.Width : width * Bottleneck.Expansion / 2;
        return [.. Enumerable.Range(0, blocks).Select(i => new Bottleneck(
            layers, $"{Name}layer{stage + 1}.{i}", i == 0 ? inputs : width * Bottleneck.Expansion, width, stride: i == 0 && stage > 0 ? 2 : 1))];
    }

    /// <summary>The last stage's output: [B, S / 32, S / 32, C].</summary>
    private Tensor Maps(Tensor pixels, List<Tensor>? kept)
    {
        CheckShape(pixels);
        using var scope = NewDisposeScope();
        var x = _stem[0].ForwardRelu(pixels.to(_compute.HiddenType(), _compute.TorchDevice).permute(0, 2, 3, 1).contiguous());
        foreach (var layer in _stem[1..])
        {
            x = Next(x, layer.ForwardRelu(x));
        }

        x = Next(x, MeanPooling.Pool(x, 2));
        kept?.Add(Rows(x).MoveToOuterDisposeScope());
        foreach (var stage in _stages)
        {
            x = stage.Aggregate(x, (maps, block) => Next(maps, block.Forward(maps)));
            kept?.Add(Rows(x).MoveToOuterDisposeScope());
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Gives back what a layer has read.</summary>
    private static Tensor Next(Tensor read, Tensor result)
    {
        read.Dispose();
        return result;
    }

    /// <summary>[B, H, W, C] to [B, H * W, C].</summary>
    private static Tensor Rows(Tensor maps) => maps.flatten(1, 2);

    private void CheckShape(Tensor pixels)
    {
        var side = _config.ImageSize;
        if (pixels.shape is not [> 0, 3, var height, var width] || height != side || width != side || !pixels.is_floating_point())
        {
            throw new CaptioningException(
                $"The image encoder takes normalised floating-point pixels [B, 3, {side}, {side}], and got {pixels.dtype} [{string.Join(", ", pixels.shape)}]: "
                + "preprocess the pictures with the encoder's own preprocessor.");
        }
    }
}
