using ClipGpt2.Captioning.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace CustomParts.Decoder;

/// <summary>Sequences that a <see cref="RecurrentModel"/> is continuing: all it must remember is a state for each.</summary>
internal sealed class RecurrentSession : IDecodingSession
{
    private readonly RecurrentModel _model;
    private Tensor _states; // [rows, H]
    private float[] _logits; // [rows, V]

    public RecurrentSession(RecurrentModel model, Tensor states)
    {
        _model = model;
        _states = states;
        _logits = Score();
    }

    public int Rows => (int)_states.shape[0];

    public ReadOnlySpan<float> Logits(int row) => _logits.AsSpan(row * _model.VocabularySize, _model.VocabularySize);

    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var before = _states;
        var continued = before.index_select(0, tensor(parents.ToArray()).to(ScalarType.Int64));
        _states = _model.Step(_model.Embed(tensor(tokens.ToArray()).to(ScalarType.Int64)), continued).DetachFromDisposeScope();
        before.Dispose();
        _logits = Score();
    }

    public void Dispose() => _states.Dispose();

    private float[] Score()
    {
        using var frozen = no_grad();
        using var logits = _model.Score(_states);
        return logits.data<float>().ToArray();
    }
}
