using System.Text.Json;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
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

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var options = ClipForwardOptions.Read(golden);
        var trainable = golden.Expected.Names.Any(name => name == "loss" || IsGradient(name));
        var compute = new ComputeOptions { Device = golden.Device, Precision = options.Precision, Trainable = trainable };
        using var model = new ClipUnderTest(options.Model, compute, options.EndId);
        var inputs = new ClipForwardInputs(golden, options.MaxLength);
        CheckTextEncoder(golden, inputs, options, compute);
        if (trainable)
        {
            CheckGradients(golden.Expected, inputs, model, options.Loss);
        }
        else
        {
            CheckForward(golden.Expected, inputs, model, options.Precision);
        }
    }

    /// <summary>From texts to embeddings: the tower behind the folder's own tokenizer.</summary>
    private static void CheckTextEncoder(GoldenCase golden, ClipForwardInputs inputs, ClipForwardOptions options, ComputeOptions compute)
    {
        if (inputs.Texts is not { } texts || golden.Expected.Find("text_embeds") is not { } expected)
        {
            return;
        }

        using var folder = ModelFolder.Open(GoldenRoot.Path(options.Model));
        using var encoder = ClipTextEncoder.Load(folder, compute);
        TorchTensors.AssertNear(encoder.Encode(texts), expected.Tensor(inputs.Tensors), States);
    }

    private static void CheckForward(Tracked expected, ClipForwardInputs inputs, ClipUnderTest model, Precision precision)
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

    private static Tensor Result(string name, ClipForwardInputs inputs, ClipUnderTest model, EncoderOutput output) => name switch
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

    private static Tensor Similarity(ClipForwardInputs inputs, ClipUnderTest model) =>
        model.Full.Similarity(model.Full.EncodeImages(inputs.Pixels), model.Full.EncodeTexts(inputs.Ids, inputs.Mask));

    private static void CheckGradients(Tracked expected, ClipForwardInputs inputs, ClipUnderTest model, string description)
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
}
