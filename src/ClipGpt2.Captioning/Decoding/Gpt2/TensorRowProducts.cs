using ClipGpt2.Captioning.Layers.Rows;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Products of many rows through libtorch, in the data type that the layers take; rows are read and written in the tensors' own memory.</summary>
internal sealed class TensorRowProducts : RowProducts
{
    private readonly Tensor _input;
    private Tensor? _output;

    public TensorRowProducts(Gpt2Config config, Gpt2Block block, int rows)
    {
        Rows = rows;
        _input = empty([rows, config.HiddenSize], block.Attention.Qkv.ActivationType).DetachFromDisposeScope();
        Input = new RowView(_input);
    }

    public override int Rows { get; }

    public override RowView Input { get; }

    public override RowView Qkv(Gpt2Attention attention) => Keep(attention.Qkv.Forward(_input));

    public override RowView Project(Gpt2Attention attention) => Keep(attention.Projection.Forward(_input));

    public override RowView Perceive(Gpt2Mlp mlp)
    {
        using var perceptron = mlp.Up.Forward(_input, mlp.Activation);
        return Keep(mlp.Down.Forward(perceptron));
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
