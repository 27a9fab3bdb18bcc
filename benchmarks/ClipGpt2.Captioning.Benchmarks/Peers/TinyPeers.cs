using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>Small graphs that hold their weights, with inputs and outputs: they show that this ONNX Runtime computes as the one that recorded them.</summary>
internal static class TinyPeers
{
    public static void VerifyClip()
    {
        using var example = Example("tiny-clip.safetensors");
        using var session = Open("tiny-clip.onnx");
        using var options = new RunOptions();
        using var pixels = Value(example, "pixel_values");
        using var outputs = session.Run(options, ["pixel_values"], [pixels], ["image_embeds"]);
        Require(example, "image_embeds", outputs[0]);
    }

    public static void VerifyVit()
    {
        using var example = Example("tiny-vit.safetensors");
        using var session = Open("tiny-vit.onnx");
        using var options = new RunOptions();
        using var pixels = Value(example, "pixel_values");
        using var outputs = session.Run(options, ["pixel_values"], [pixels], ["last_hidden_state"]);
        Require(example, "last_hidden_state", outputs[0]);
    }

    public static void VerifyGpt2Cross()
    {
        using var example = Example("tiny-gpt2-cross.safetensors");
        using var prefill = new Gpt2Graph(Open("tiny-gpt2-cross-first.onnx"));
        using var single = new Gpt2Graph(Open("tiny-gpt2-cross-ids.onnx"));
        using var beams = new Gpt2Graph(Open("tiny-gpt2-cross-ids-beam.onnx"));

        using var states = Value(example, "encoder_hidden_states");
        using var prompt = Longs(example, "input_ids");
        var past = example.Tensors["present_key_0"].Shape;
        using var empty = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [past[0], past[1], 0, past[3]]);
        using var first = prefill.Run([prompt, states], _ => empty);
        Require(example, "", first, prefill);
        foreach (var name in example.Tensors.Keys.Where(name => name.StartsWith("cross_", StringComparison.Ordinal)))
        {
            Require(example, name, first.Named(name));
        }

        using var ids = Longs(example, "step.input_ids");
        using var second = single.Run([ids], first.Past, first);
        Require(example, "step.", second, single);

        using var beam = Beam("beam.", first);
        using var again = Beam("beam_again.", beam);

        Gpt2PeerState Beam(string prefix, Gpt2PeerState before)
        {
            using var tokens = Longs(example, prefix + "input_ids");
            using var parents = Longs(example, prefix + "beam_idx");
            var state = beams.Run([tokens, parents], before.Past, first);
            Require(example, prefix + "top_logprobs", state.TopLogProbabilities);
            using var best = example.Read(prefix + "top_ids");
            Agreement.Require(state.TopIds.SequenceEqual(best.data<long>().ToArray()), $"{prefix}top_ids of a tiny graph aren't those that were recorded");
            RequirePast(example, prefix, state, beams);
            return state;
        }
    }

    public static void VerifyGpt2()
    {
        using var example = Example("tiny-gpt2.safetensors");
        using var prefill = new Gpt2Graph(Open("tiny-gpt2-embeds.onnx"));
        using var step = new Gpt2Graph(Open("tiny-gpt2-ids.onnx"));

        using var embeds = Value(example, "inputs_embeds");
        var past = example.Tensors["present_key_0"].Shape;
        using var empty = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [past[0], past[1], 0, past[3]]);
        using var first = prefill.Run([embeds], _ => empty);
        Require(example, "", first, prefill);

        using var tokens = Longs(example, "step.input_ids");
        using var second = step.Run([tokens], first.Past);
        Require(example, "step.", second, step);
    }

    private static SafetensorsFile Example(string name) => SafetensorsFile.Open(Path.Combine(PeerManifest.Folder, name));

    private static InferenceSession Open(string name)
    {
        using var options = PeerModel.Options();
        return new InferenceSession(Path.Combine(PeerManifest.Folder, name), options);
    }

    private static OrtValue Value(SafetensorsFile example, string name) =>
        OrtValue.CreateTensorValueFromMemory(Floats(example, name), [.. example.Tensors[name].Shape]);

    private static OrtValue Longs(SafetensorsFile example, string name)
    {
        using var tensor = example.Read(name);
        return OrtValue.CreateTensorValueFromMemory(tensor.data<long>().ToArray(), [.. example.Tensors[name].Shape]);
    }

    private static float[] Floats(SafetensorsFile example, string name)
    {
        using var tensor = example.Read(name);
        return tensor.data<float>().ToArray();
    }

    private static void Require(SafetensorsFile example, string prefix, Gpt2PeerState state, Gpt2Graph graph)
    {
        Require(example, prefix + "logits", state.Logits);
        RequirePast(example, prefix, state, graph);
    }

    private static void RequirePast(SafetensorsFile example, string prefix, Gpt2PeerState state, Gpt2Graph graph)
    {
        for (var i = 0; i < graph.PastCount; i++)
        {
            Require(example, $"{prefix}present_{(i % 2 == 0 ? "key" : "value")}_{i / 2}", state.Past(i));
        }
    }

    private static void Require(SafetensorsFile example, string name, OrtValue actual) => Require(example, name, actual.GetTensorDataAsSpan<float>());

    private static void Require(SafetensorsFile example, string name, ReadOnlySpan<float> actual) =>
        Agreement.Require($"{name} of a tiny graph", Precision.Float32, Floats(example, name), actual);
}
