using System.Numerics.Tensors;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using Xunit.Sdk;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.GoldenTests.Weights;

/// <summary>What one file's model computes, compared with what openai/CLIP computed.</summary>
internal sealed class OpenAiClipResults(GoldenCase golden, string path)
{
    /// <summary>The tolerance of the folder's README.</summary>
    private const double Tolerance = 1e-4;

    private readonly ComputeOptions _compute = new() { Device = golden.Device };
    private readonly GoldenTensorFile _tensors = GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!);

    public void Check(bool isHuggingFaces)
    {
        using var model = ClipModel.FromPretrained(path, _compute);
        var (images, texts) = (model.EncodeImages(Input("pixel_values")), model.EncodeTexts(Input("text")));
        var logits = model.Similarity(images, texts);
        TorchTensors.AssertNear(images, Expected("image_features"), Tolerance);
        TorchTensors.AssertNear(texts, Expected("text_features"), Tolerance);
        TorchTensors.AssertNear(logits, Expected("logits_per_image"), Tolerance);
        TorchTensors.AssertNear(logits.t(), Expected("logits_per_text"), Tolerance);
        CheckStages(golden.Part("stages"), model.Vision);
        Near(golden.Part("largest_cosine_between_inputs").Number(), Math.Max(LargestCosineToFirst(images), LargestCosineToFirst(texts)));
        if (golden.FindPart("half_against_float_max_abs") is { } half)
        {
            Near(half.Number(), Distance(images, "image_features_half_on_cpu"));
        }

        if (isHuggingFaces)
        {
            var differences = golden.Part("hf_max_abs_difference");
            Near(differences["image"].Number(), Distance(images, "image_features"));
            Near(differences["text"].Number(), Distance(texts, "text_features"));
        }
        else if (golden.FindPart("if_gelu_were_used_max_abs") is { } difference)
        {
            using var other = ClipImageEncoder.FromPretrained(path, _compute, new ClipFileOptions { HiddenActivation = "gelu" });
            Near(difference.Number(), Distance(other.Encode(Input("pixel_values")), "image_features"));
        }
    }

    private void CheckStages(Tracked stages, IClipTower tower)
    {
        using var output = tower.Forward(Input("pixel_values"), hiddenStates: true);
        var states = output.HiddenStates;
        Assert.Equal(stages.Names.Count(), states.Count);
        foreach (var (name, state) in stages.Names.Zip(states))
        {
            var expected = stages[name];
            var shape = expected["shape"].Integers().Select(size => (long)size).ToArray();

            // A map is kept as one row for each of its positions.
            var found = shape.Length == 4 ? state.transpose(1, 2).reshape(shape) : state;
            Assert.Equal(shape, found.shape);
            Near(expected["mean"].Number(), found.mean().ToDouble());
            Near(expected["std"].Number(), found.std().ToDouble());
            var first = found.ToFloats();
            Assert.All(expected["first"].Numbers(), (value, i) => Near(value, first[i]));
        }
    }

    /// <summary>The largest cosine of the first input's features with another's.</summary>
    internal static double LargestCosineToFirst(Tensor features)
    {
        var rows = features.ToFloats().Chunk((int)features.shape[1]).ToArray();
        return rows.Skip(1).Max(other => TorchTensors.Cosine(rows[0], other));
    }

    /// <summary>The largest difference of an element from the reference's.</summary>
    private double Distance(Tensor found, string name)
    {
        var difference = found.ToFloats();
        TensorPrimitives.Subtract(difference, Expected(name).Floats, difference);
        return Math.Abs(TensorPrimitives.MaxMagnitude<float>(difference));
    }

    private static void Near(double expected, double found)
    {
        if (!(Math.Abs(expected - found) <= Tolerance))
        {
            throw new XunitException($"{found} is not {expected} within {Tolerance}.");
        }
    }

    private GoldenTensor Expected(string name) => _tensors[$"{golden.Name}.{name}"];

    private Tensor Input(string name) => Expected(name).ToTorch(golden.Device);
}
