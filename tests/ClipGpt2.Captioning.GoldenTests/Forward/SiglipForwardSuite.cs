using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>SigLIP's towers: hidden states, attention pooling, similarities and gradients.</summary>
public sealed class SiglipForwardSuite : GoldenSuite
{
    // The tolerances of the folder's README.
    private const double States = 3e-5;
    private const double Logits = 1e-4;
    private const double Gradients = 1e-5;

    public override IReadOnlyList<string> Files => ["forward/siglip.json"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var folder = ModelFolder.Open(GoldenRoot.Path(golden.Root.GetProperty("model").GetString()!));
        var trainable = golden.Expected.Names.Contains("loss");
        using var model = SiglipModel.Load(folder, new ComputeOptions { Device = golden.Device, Trainable = trainable });
        CheckOptions(golden, model, trainable);
        using var encoder = ImageEncoders.FromPretrained(folder.Path, new ComputeOptions { Device = golden.Device });
        var run = new CaseRun(golden, model, encoder);
        run.CheckInputs();
        if (trainable)
        {
            run.CheckGradients();
        }
        else
        {
            run.CheckForward();
        }
    }

    private static void CheckOptions(GoldenCase golden, SiglipModel model, bool trainable)
    {
        var options = golden.Part("options");
        foreach (var name in options.Names)
        {
            switch (name)
            {
                case "image_size":
                    Assert.Equal(options[name].Integer(), model.Vision.Config.ImageSize);
                    break;
                case "patch_size":
                    Assert.Equal(options[name].Integer(), model.Vision.Config.PatchSize);
                    break;
                case "loss" when trainable:
                    Assert.Equal("sum of the squares of pooler_output", options[name].Text());
                    break;
                default:
                    throw new XunitException($"Nothing is known of the option '{name}'.");
            }
        }
    }

    private sealed class CaseRun(GoldenCase golden, SiglipModel model, IImageEncoder encoder)
    {
        private readonly GoldenTensorFile _tensors = GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!);

        private Tensor Pixels => Input("pixel_values");

        public void CheckForward()
        {
            using var output = model.Vision.Forward(Pixels, hiddenStates: true);
            foreach (var name in golden.Expected.Names)
            {
                var expected = golden.Expected[name];
                switch (name)
                {
                    case "hidden_states":
                        Assert.Equal(expected.Items().Count, output.HiddenStates.Count);
                        Assert.All(expected.Items(), (state, i) => Near(state, output.HiddenStates[i], States));
                        break;
                    case "logit_scale":
                        ForwardAssert.Near(expected.Number(), model.LogitScale.ToDouble(), States);
                        break;
                    case "logit_bias":
                        ForwardAssert.Near(expected.Number(), model.LogitBias.ToDouble(), States);
                        break;
                    default:
                        Near(expected, Result(name, output), name.StartsWith("logits_", StringComparison.Ordinal) ? Logits : States);
                        break;
                }
            }
        }

        public void CheckGradients()
        {
            var loss = model.Vision.Embed(Pixels).square().sum();
            loss.backward();
            var parameters = model.NamedParameters().ToDictionary(p => p.Key, p => p.Value);
            foreach (var name in golden.Expected.Names)
            {
                if (name == "loss")
                {
                    var value = golden.Expected[name].Number();
                    ForwardAssert.Near(value, loss.ToDouble(), Gradients * Math.Abs(value));
                }
                else
                {
                    Assert.StartsWith("grad ", name, StringComparison.Ordinal);
                    var gradient = parameters[name["grad ".Length..]].grad ?? throw new XunitException($"No gradient reached: {name}");
                    ForwardAssert.NearLargest(golden.Expected[name].Tensor(_tensors), gradient, Gradients);
                }
            }
        }

        private Tensor Result(string name, EncoderOutput output) => name switch
        {
            "last_hidden_state" => output.LastHiddenState,
            "pooler_output" => output.Pooled!,
            "image_embeds" => encoder.Encode(Pixels),
            "text_embeds" => model.Text.Embed(Input("input_ids")),
            "image_embeds_normalised" => Contrastive.Normalize(encoder.Encode(Pixels)),
            "text_embeds_normalised" => Contrastive.Normalize(model.Text.Embed(Input("input_ids"))),
            "logits_per_image" => model.Similarity(model.Vision.Embed(Pixels), model.Text.Embed(Input("input_ids"))),
            "logits_per_text" => model.Similarity(model.Vision.Embed(Pixels), model.Text.Embed(Input("input_ids"))).t(),
            _ => throw new XunitException($"Nothing is known of '{name}'."),
        };

        private void Near(Tracked expected, Tensor actual, double tolerance) => TorchTensors.AssertNear(actual, expected.Tensor(_tensors), tolerance);

        /// <summary>Files and their resized pixels say where the pixel values come from.</summary>
        public void CheckInputs() => Assert.All(
            golden.Json.GetProperty("inputs").EnumerateObject(),
            input => Assert.True(input.Name is "files" or "resized" or "pixel_values" or "input_ids", $"Nothing is known of the input '{input.Name}'."));

        private Tensor Input(string name) => _tensors[golden.Json.GetProperty("inputs").GetProperty(name).GetString()!].ToTorch(golden.Device);
    }
}
