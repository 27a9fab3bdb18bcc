using System.Text.Json;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>CLIP's towers: hidden states, embeddings, similarities, losses and gradients.</summary>
public sealed class ClipForwardSuite : GoldenSuite
{
    // The tolerances of the folder's README.
    private const double States = 3e-5;
    private const double Logits = 1e-4;
    private const double Gradients = 1e-5;
    private const double BFloat16Cosine = 0.9999;

    public override IReadOnlyList<string> Files => ["forward/clip.json"];

    protected override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var options = Options.Read(golden);
        var trainable = golden.Expected.Names.Any(name => name == "loss" || IsGradient(name));
        var compute = new ComputeOptions { Device = golden.Device, Precision = options.Precision, Trainable = trainable };
        using var model = new ClipUnderTest(options.Model, compute, options.EndId);
        var inputs = new Inputs(golden, options.MaxLength);
        if (trainable)
        {
            CheckGradients(golden.Expected, inputs, model, options.Loss);
        }
        else
        {
            CheckForward(golden.Expected, inputs, model, options.Precision);
        }
    }

    private static void CheckForward(Tracked expected, Inputs inputs, ClipUnderTest model, Precision precision)
    {
        using var output = inputs.HasTexts
            ? model.Text.Forward(inputs.Ids, inputs.Mask, hiddenStates: true)
            : model.Vision.Forward(inputs.Pixels, hiddenStates: true);
        foreach (var name in expected.Names)
        {
            switch (name)
            {
                case "hidden_states":
                    var states = expected[name].Items();
                    Assert.Equal(states.Count, output.HiddenStates.Count);
                    Assert.All(states, (state, i) => Compare(state, output.HiddenStates[i], States));
                    break;
                case "logit_scale":
                    ForwardAssert.Near(expected[name].Number(), model.Full.LogitScale.ToDouble(), States);
                    break;
                case "logit_scale_exp":
                    ForwardAssert.Near(expected[name].Number(), Math.Exp(model.Full.LogitScale.ToDouble()), Logits);
                    break;
                default:
                    var tolerance = name.StartsWith("logits_", StringComparison.Ordinal) ? Logits : States;
                    Compare(expected[name], Result(name, inputs, model, output), tolerance);
                    break;
            }
        }

        void Compare(Tracked value, Tensor actual, double tolerance)
        {
            if (precision == Precision.Float32)
            {
                TorchTensors.AssertNear(actual, value.Tensor(inputs.Tensors), tolerance);
            }
            else
            {
                ForwardAssert.SameDirection(value.Tensor(inputs.Tensors), actual, BFloat16Cosine);
            }
        }
    }

    private static Tensor Result(string name, Inputs inputs, ClipUnderTest model, EncoderOutput output) => name switch
    {
        "last_hidden_state" => output.LastHiddenState,
        "pooler_output" => output.Pooled!,
        "image_embeds" => model.Vision.Embed(inputs.Pixels),
        "text_embeds" => model.Text.Embed(inputs.Ids, inputs.Mask),
        "image_embeds_normalised" => Contrastive.Normalize(model.Vision.Embed(inputs.Pixels)),
        "text_embeds_normalised" => Contrastive.Normalize(model.Text.Embed(inputs.Ids, inputs.Mask)),
        "logits_per_image" => Similarity(inputs, model),
        "logits_per_text" => Similarity(inputs, model).t(),
        _ => throw new XunitException($"Nothing is known of '{name}'."),
    };

    private static Tensor Similarity(Inputs inputs, ClipUnderTest model) =>
        model.Full.Similarity(model.Full.EncodeImages(inputs.Pixels), model.Full.EncodeTexts(inputs.Ids, inputs.Mask));

    private static void CheckGradients(Tracked expected, Inputs inputs, ClipUnderTest model, string description)
    {
        var loss = description switch
        {
            _ when description.StartsWith("sum of the squares of image_embeds", StringComparison.Ordinal) => model.Vision.Embed(inputs.Pixels).square().sum(),
            _ when description.StartsWith("return_loss", StringComparison.Ordinal) => Contrastive.Loss(Similarity(inputs, model)),
            _ => throw new XunitException($"Nothing is known of the loss '{description}'."),
        };
        loss.backward();
        var parameters = model.Parameters();
        foreach (var name in expected.Names)
        {
            if (name == "loss")
            {
                var value = expected[name].Number();
                ForwardAssert.Near(value, loss.ToDouble(), Gradients * Math.Abs(value));
            }
            else
            {
                Assert.True(IsGradient(name), $"Nothing is known of '{name}'.");
                CheckGradient(expected[name], parameters[name["grad ".Length..]].grad ?? throw new XunitException($"No gradient reached: {name}"), inputs.Tensors);
            }
        }
    }

    private static void CheckGradient(Tracked expected, Tensor actual, GoldenTensorFile tensors)
    {
        if (expected.Kind == JsonValueKind.Number)
        {
            var value = expected.Number();
            ForwardAssert.Near(value, actual.ToDouble(), Gradients * Math.Abs(value));
        }
        else
        {
            ForwardAssert.NearLargest(expected.Tensor(tensors), actual, Gradients);
        }
    }

    private static bool IsGradient(string name) => name.StartsWith("grad ", StringComparison.Ordinal);

    private sealed record Options(string Model, Precision Precision, int? EndId, int? MaxLength, string Loss)
    {
        public static Options Read(GoldenCase golden)
        {
            var options = new Options(golden.Root.GetProperty("model").GetString()!, Precision.Float32, null, null, "");
            foreach (var name in golden.Part("options").Names)
            {
                var value = golden.Part("options")[name];
                options = name switch
                {
                    "model" => options with { Model = value.Text().Split(' ')[0] },
                    "dtype" => options with { Precision = value.Text().StartsWith("bfloat16", StringComparison.Ordinal) ? Precision.BFloat16 : throw new XunitException(value.Text()) },
                    "eos_token_id" => options with { EndId = (int)value.Integer() },
                    "max_length" => options with { MaxLength = (int)value.Integer() },
                    "loss" => options with { Loss = value.Text() },
                    _ => throw new XunitException($"Nothing is known of the option '{name}'."),
                };
            }

            return options;
        }
    }

    private sealed class Inputs(GoldenCase golden, int? maxLength)
    {
        private readonly JsonElement _inputs = golden.Json.GetProperty("inputs");

        public GoldenTensorFile Tensors { get; } = GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!);

        public bool HasTexts => _inputs.TryGetProperty("input_ids", out _);

        public Tensor Ids => Find("input_ids") is { } ids && (maxLength is null || ids.shape[1] == maxLength)
            ? ids
            : throw new XunitException($"The case has no ids of max_length {maxLength}.");

        public Tensor? Mask => Find("attention_mask");

        /// <summary>The case's own pictures, or those of the file's first case that has some: its texts are compared with these.</summary>
        public Tensor Pixels => Find("pixel_values") ?? Load(golden.Root.GetProperty("cases").EnumerateArray()
            .Select(c => c.GetProperty("inputs"))
            .First(i => i.TryGetProperty("pixel_values", out _))
            .GetProperty("pixel_values"));

        private Tensor? Find(string name) => _inputs.TryGetProperty(name, out var value) ? Load(value) : null;

        private Tensor Load(JsonElement name) => Tensors[name.GetString()!].ToTorch(golden.Device);
    }
}
