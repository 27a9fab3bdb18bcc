using ClipGpt2.Captioning.Layers.Rows;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Products of a few rows, over plain memory that one step hands to the next.</summary>
internal sealed unsafe class PlainRowProducts : RowProducts
{
    private readonly int _hidden;
    private readonly int _inner;
    private readonly NativeFloats _input = new();
    private readonly NativeFloats _output = new();
    private readonly NativeFloats _perceptron = new();

    public PlainRowProducts(Gpt2Config config, int rows)
    {
        (Rows, _hidden, _inner) = (rows, config.HiddenSize, config.PerceptronSize);
        _input.Reserve((long)rows * _hidden);
        _output.Reserve(3L * rows * _hidden);
        _perceptron.Reserve((long)rows * _inner);
    }

    public override int Rows { get; }

    public override RowView Input => new(_input.Pointer, _hidden);

    private Span<float> InputRows => _input.Span((long)Rows * _hidden);

    private Span<float> OutputRows => _output.Span((long)Rows * _hidden);

    public override RowView Qkv(Gpt2Attention attention)
    {
        attention.Qkv.Forward(InputRows, Rows, _output.Span(3L * Rows * _hidden));
        return new(_output.Pointer, 3 * _hidden);
    }

    public override RowView Project(Gpt2Attention attention)
    {
        attention.Projection.Forward(InputRows, Rows, OutputRows);
        return new(_output.Pointer, _hidden);
    }

    public override RowView Perceive(Gpt2Mlp mlp)
    {
        var perceptron = _perceptron.Span((long)Rows * _inner);
        mlp.Up.Forward(InputRows, Rows, perceptron, mlp.Activation);
        mlp.Down.Forward(perceptron, Rows, OutputRows);
        return new(_output.Pointer, _hidden);
    }

    public override void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _perceptron.Dispose();
    }
}
