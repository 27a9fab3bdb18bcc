using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>RoBERTa and BERT: a padded batch, every layer's hidden states.</summary>
public sealed class EncodersForwardSuite : GoldenSuite
{
    // The tolerance of the folder's README.
    private const double States = 3e-5;

    public override IReadOnlyList<string> Files => ["forward/encoders.json"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var encoder = Load(golden);
        var tensors = GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!);
        var inputs = golden.Json.GetProperty("inputs");
        Assert.All(inputs.EnumerateObject(), input => Assert.True(input.Name is "texts" or "input_ids" or "attention_mask", $"Nothing is known of the input '{input.Name}'."));
        var ids = tensors[inputs.GetProperty("input_ids").GetString()!].ToTorch(golden.Device);
        var mask = tensors[inputs.GetProperty("attention_mask").GetString()!].ToTorch(golden.Device);
        using var output = encoder.Forward(ids, mask, hiddenStates: true);
        foreach (var name in golden.Expected.Names)
        {
            switch (name)
            {
                case "hidden_states":
                    var states = golden.Expected[name].Items();
                    Assert.Equal(states.Count, output.HiddenStates.Count);
                    Assert.All(states, (state, layer) =>
                    {
                        var expected = state.Tensor(tensors);
                        TorchTensors.AssertNear(output.HiddenStates[layer], expected, States);
                        TorchTensors.AssertNear(encoder.HiddenState(ids, mask, layer), expected, States);
                    });
                    break;
                case "last_hidden_state":
                    TorchTensors.AssertNear(output.LastHiddenState, golden.Expected[name].Tensor(tensors), States);
                    break;
                case "pooler_output":
                    TorchTensors.AssertNear(output.Pooled!, golden.Expected[name].Tensor(tensors), States);
                    break;
                default:
                    throw new XunitException($"Nothing is known of '{name}'.");
            }
        }
    }

    private static BertEncoder Load(GoldenCase golden)
    {
        var options = golden.Part("options");
        Assert.All(options.Names, name => Assert.True(name is "model" or "override", $"Nothing is known of the option '{name}'."));
        using var folder = ModelFolder.Open(GoldenRoot.Path(options["model"].Text()));
        var compute = new ComputeOptions { Device = golden.Device };
        if (options.Find("override") is not { } replaced)
        {
            return BertEncoder.Load(folder, compute);
        }

        // "the vectors named '<kind>/...' in <file> replace the parameters of the same name"
        var namePrefix = replaced.Text().Split('\'')[1].Replace("...", "", StringComparison.Ordinal);
        using var source = new OverridingSource(folder.Weights, GoldenTensorFile.Open(golden.Root.GetProperty("overrides").GetString()!), namePrefix);
        Assert.Empty(source.Strangers);
        return BertEncoder.Load(BertConfig.Read(folder.Config), source, compute);
    }
}
