using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Products of a few rows, over plain memory that one step hands to the next.</summary>
internal sealed unsafe class PlainRowProducts : RowProducts
{
    private readonly int _hidden;
    private readonly NativeFloats _input = new();
    private readonly NativeFloats _output = new(); // as wide as the widest product
    private readonly NativeFloats _inner = new();

    public PlainRowProducts(IReadOnlyList<PreNormBlock> blocks, int rows)
    {
        (Rows, _hidden) = (rows, blocks[0].Attention.Output.OutFeatures);
        _input.Reserve((long)rows * _hidden);
        _output.Reserve((long)rows * blocks.Max(block => block.Products.Max(layer => layer.OutFeatures)));
        _inner.Reserve((long)rows * blocks.Max(block => block.FeedForward.Input.OutFeatures));
    }

    public override int Rows { get; }

    public override RowView Input => new(_input.Pointer, _hidden);

    public override RowView Multiply(Linear layer)
    {
        layer.Forward(_input.Span((long)Rows * _hidden), Rows, _output.Span((long)Rows * layer.OutFeatures));
        return new(_output.Pointer, layer.OutFeatures);
    }

    public override RowView Transform(FeedForward feedForward)
    {
        var inner = _inner.Span((long)Rows * feedForward.Input.OutFeatures);
        feedForward.Input.Forward(_input.Span((long)Rows * _hidden), Rows, inner, feedForward.Activation);
        feedForward.Output.Forward(inner, Rows, _output.Span((long)Rows * _hidden));
        return new(_output.Pointer, _hidden);
    }

    public override void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _inner.Dispose();
    }
}
