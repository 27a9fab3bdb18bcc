using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>GPT-2 small in ONNX Runtime. What a step leaves behind stays in ONNX Runtime's own memory and is bound to the next one.</summary>
internal sealed class Gpt2Peer(PeerModel model, PeerThreads threads) : IDisposable
{
    public const int HiddenSize = 768;
    public const int Vocabulary = 50257;
    public const int EndToken = 50256;
    public const int Layers = 12;
    public const int Heads = 12;

    private readonly Gpt2Graph _prefill = new(model.Open("gpt2-embeds.onnx", threads));
    private readonly Gpt2Graph _step = new(model.Open("gpt2-ids.onnx", threads));
    private readonly Gpt2Graph _beamStep = new(model.Open("gpt2-ids-beam.onnx", threads));

    /// <summary>Reads prefixes.</summary>
    /// <param name="prefix">float32 [B, P, 768].</param>
    /// <returns>Logits [B, V] of the last position, and the past.</returns>
    public Gpt2PeerState Prefill(float[] prefix, int batch)
    {
        using var embeds = OrtValue.CreateTensorValueFromMemory(prefix, [batch, prefix.Length / batch / HiddenSize, HiddenSize]);
        using var empty = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [batch, Heads, 0, HiddenSize / Heads]);
        return _prefill.Run([embeds], _ => empty);
    }

    /// <summary>Appends a token to each row.</summary>
    /// <returns>Logits [rows, V], and the past.</returns>
    public Gpt2PeerState Step(Gpt2PeerState state, long[] ids)
    {
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [ids.Length, 1]);
        return _step.Run([tokens], state.Past);
    }

    /// <summary>Continues row <paramref name="parents"/>[i] as row i with a token, and finds its best continuations.</summary>
    /// <returns>The logarithms of the probabilities of the best tokens and their ids, both [rows, K], and the past.</returns>
    public Gpt2PeerState BeamStep(Gpt2PeerState state, long[] ids, long[] parents)
    {
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [ids.Length, 1]);
        using var rows = OrtValue.CreateTensorValueFromMemory(parents, [parents.Length]);
        return _beamStep.Run([tokens, rows], state.Past);
    }

    public void Dispose()
    {
        _prefill.Dispose();
        _step.Dispose();
        _beamStep.Dispose();
    }
}
