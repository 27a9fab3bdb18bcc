using System.Text.Json;
using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>Proves by the manifests' check values that weights were made and graphs are driven rightly.</summary>
internal static class PeerChecks
{
    private const double Tolerance = 1e-3;
    private const int PrefixLength = 10;

    /// <summary>Checks CLIP on the two pictures of the manifest.</summary>
    public static void Verify(ClipPeer peer, JsonElement check)
    {
        var embeddings = new float[2 * ClipPeer.EmbeddingDimension];
        peer.Encode(UniformRule.Values(2 * ClipPeer.PixelsPerImage, seed: 7), embeddings);
        foreach (var image in (int[])[0, 1])
        {
            var row = embeddings.AsSpan(image * ClipPeer.EmbeddingDimension, ClipPeer.EmbeddingDimension);
            Same("image_embeds", row, check.GetProperty($"image_embeds_{image}_first8"));
            Same("norm", [System.Numerics.Tensors.TensorPrimitives.Norm(row)], [check.GetProperty("norms")[image].GetDouble()]);
        }
    }

    /// <summary>Checks GPT-2's three graphs, one after the other.</summary>
    public static void Verify(Gpt2Peer peer, JsonElement check)
    {
        using var prefill = peer.Prefill(UniformRule.Values(2 * PrefixLength * Gpt2Peer.HiddenSize, seed: 8, scale: 0.05), batch: 2);
        Same("prefill logits", prefill.Logits, check.GetProperty("prefill_logits_0_first8"));

        var tokens = Array.ConvertAll(Ids(check.GetProperty("prefill_argmax")), id => (long)id);
        using var step = peer.Step(prefill, tokens);
        Same("step logits", step.Logits, check.GetProperty("step_logits_0_first8"));

        using var beam = peer.BeamStep(prefill, ids: [11, 12, 13], parents: [1, 0, 1]);
        SameBeam("beam", beam, check);
    }

    /// <summary>Checks ViT on the two pictures of the manifest.</summary>
    public static void Verify(VitPeer peer, JsonElement check)
    {
        const int size = VitPeer.Positions * VitPeer.HiddenSize;
        var states = new float[2 * size];
        peer.Encode(UniformRule.Values(2 * TowerPeer.PixelsPerImage, seed: 7), states);
        foreach (var image in (int[])[0, 1])
        {
            var own = states.AsSpan(image * size, size);
            foreach (var position in (int[])[0, VitPeer.Positions - 1])
            {
                Same("last_hidden_state", own[(position * VitPeer.HiddenSize)..], check.GetProperty($"last_hidden_state_{image}_{position}_first8"));
            }

            Same("norm", [System.Numerics.Tensors.TensorPrimitives.Norm(own)], [check.GetProperty("norms")[image].GetDouble()]);
        }
    }

    /// <summary>Checks the three graphs of GPT-2 with cross-attention, one after the other.</summary>
    public static void Verify(Gpt2CrossPeer peer, JsonElement check)
    {
        using var first = peer.First(UniformRule.Values(2 * VitPeer.Positions * VitPeer.HiddenSize, seed: 9), [Gpt2Peer.EndToken, Gpt2Peer.EndToken]);
        Same("first logits", first.Logits, check.GetProperty("first_logits_0_first8"));

        using var step = peer.Step(first, first, Array.ConvertAll(Ids(check.GetProperty("first_argmax")), id => (long)id));
        Same("step logits", step.Logits, check.GetProperty("step_logits_0_first8"));

        using var beam = peer.BeamStep(first, first, ids: [100, 101, 102, 103], parents: [0, 0, 1, 1]);
        SameBeam("beam", beam, check);
        using var again = peer.BeamStep(first, beam, ids: [110, 111, 112, 113], parents: [1, 0, 2, 2]);
        SameBeam("beam_again", again, check);
    }

    private static void SameBeam(string name, Gpt2PeerState state, JsonElement check)
    {
        Same($"{name}_top_logprobs", state.TopLogProbabilities, [.. check.GetProperty($"{name}_top_logprobs").EnumerateArray().SelectMany(Numbers)]);
        if (!state.TopIds.SequenceEqual([.. check.GetProperty($"{name}_top_ids").EnumerateArray().SelectMany(Ids).Select(id => (long)id)]))
        {
            throw Failure($"{name}_top_ids differ");
        }
    }

    private static void Same(string what, ReadOnlySpan<float> actual, JsonElement expected) => Same(what, actual, Numbers(expected));

    private static void Same(string what, ReadOnlySpan<float> actual, double[] expected)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i]))))
            {
                throw Failure($"{what}[{i}] is {actual[i]} and must be {expected[i]}");
            }
        }
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetDouble())];

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    private static DisagreementException Failure(string what) =>
        new($"The peer doesn't give its check values: {what}. If a run was broken off while it made the weights, delete {BenchmarkFolders.Cache}.");
}
