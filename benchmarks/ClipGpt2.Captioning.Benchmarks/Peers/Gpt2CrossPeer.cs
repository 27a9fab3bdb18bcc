using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>GPT-2 small with cross-attention in ONNX Runtime: the first pass makes the keys and values that all steps look at, once an image.</summary>
internal sealed class Gpt2CrossPeer(PeerModel model, PeerThreads threads) : IDisposable
{
    private readonly Gpt2Graph _first = new(model.Open("gpt2-cross-first.onnx", threads));
    private readonly Gpt2Graph _step = new(model.Open("gpt2-cross-ids.onnx", threads));
    private readonly Gpt2Graph _beamStep = new(model.Open("gpt2-cross-ids-beam.onnx", threads));

    /// <summary>Reads a start token beside each image's states.</summary>
    /// <param name="states">float32 [B, 197, 768].</param>
    /// <param name="ids">[B].</param>
    /// <returns>Logits [B, V], the keys and values that are looked at, and the past.</returns>
    public Gpt2PeerState First(float[] states, long[] ids)
    {
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [ids.Length, 1]);
        using var encoded = OrtValue.CreateTensorValueFromMemory(states, [ids.Length, VitPeer.Positions, VitPeer.HiddenSize]);
        using var empty = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [ids.Length, Gpt2Peer.Heads, 0, Gpt2Peer.HiddenSize / Gpt2Peer.Heads]);
        return _first.Run([tokens, encoded], _ => empty);
    }

    /// <summary>Appends a token to each row; an image's rows lie side by side.</summary>
    /// <returns>Logits [rows, V], and the past.</returns>
    public Gpt2PeerState Step(Gpt2PeerState first, Gpt2PeerState state, long[] ids)
    {
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [ids.Length, 1]);
        return _step.Run([tokens], state.Past, first);
    }

    /// <summary>Continues row <paramref name="parents"/>[i] as row i with a token, and finds its best continuations.</summary>
    /// <returns>The logarithms of the probabilities of the best tokens and their ids, both [rows, K], and the past.</returns>
    public Gpt2PeerState BeamStep(Gpt2PeerState first, Gpt2PeerState state, long[] ids, long[] parents)
    {
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [ids.Length, 1]);
        using var rows = OrtValue.CreateTensorValueFromMemory(parents, [parents.Length]);
        return _beamStep.Run([tokens, rows], state.Past, first);
    }

    public void Dispose()
    {
        _first.Dispose();
        _step.Dispose();
        _beamStep.Dispose();
    }
}
