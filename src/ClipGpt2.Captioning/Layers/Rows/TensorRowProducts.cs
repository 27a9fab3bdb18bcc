using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Products of many rows through libtorch, in the data type that the layers take; rows are read and written in the tensors' own memory.</summary>
internal sealed class TensorRowProducts : RowProducts
{
    private readonly Tensor _input;
    private Tensor? _output;

    public TensorRowProducts(PreNormBlock block, int rows)
    {
        Rows = rows;
        _input = empty([rows, block.Attention.Output.OutFeatures], block.Attention.Output.ActivationType).DetachFromDisposeScope();
        Input = new RowView(_input);
    }

    public override int Rows { get; }

    public override RowView Input { get; }

    public override RowView Multiply(Linear layer) => Keep(layer.Forward(_input));

    public override RowView Transform(FeedForward feedForward)
    {
        using var inner = feedForward.Input.Forward(_input, feedForward.Activation);
        return Keep(feedForward.Output.Forward(inner));
    }

    public override void Dispose()
    {
        _input.Dispose();
        _output?.Dispose();
    }

    private RowView Keep(Tensor output)
    {
        _output?.Dispose();
        _output = output.DetachFromDisposeScope();
        return new RowView(output);
    }
}
