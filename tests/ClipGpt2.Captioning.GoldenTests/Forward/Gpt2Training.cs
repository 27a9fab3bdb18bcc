using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>A case's loss and gradients, through a model and a projector of its own.</summary>
internal sealed class Gpt2Training : IDisposable
{
    private const string Gpt = "gpt.";
    private const string Projector = "projector.";
    private const double GradientTolerance = 1e-5;

    private readonly Gpt2Inputs _inputs;
    private readonly Tensor _ids;
    private readonly Gpt2Model _model;
    private readonly Dictionary<string, Tensor> _projector = [];

    public Gpt2Training(Gpt2Inputs inputs, Tensor ids)
    {
        (_inputs, _ids) = (inputs, ids);
        _model = Gpt2Inputs.Load(inputs.ModelPath, inputs.Compute with { Trainable = true }, inputs.Compatibility);
        var file = GoldenTensorFile.Open(inputs.Root.GetProperty("projector").GetString()!);
        foreach (var name in file.Names)
        {
            _projector[name] = file[name].ToTorch(inputs.Device).requires_grad_();
        }

        if (inputs.Options.Find("n_layers_to_freeze")?.IntegerOrNull() is { } frozen)
        {
            _model.FreezeBlocks((int)frozen);
        }

        CheckRemarks();
    }

    /// <summary>The mean loss over the labels that count, and how many those are.</summary>
    public (Tensor Loss, long Counted) Loss()
    {
        var prefix = _inputs.Find("clip_embed") is { } embeddings ? Project(embeddings) : null;
        var labels = Labels(prefix?.shape[1] ?? 0);
        var output = _model.Forward(new() { Embeddings = prefix, TokenIds = _ids, AttentionMask = _inputs.Find("attention_mask") });
        return (NextTokenLoss.Mean(output.Logits, labels), NextTokenLoss.Count(labels));
    }

    public void CheckGradients(Tensor loss, Tracked expected)
    {
        var gradients = expected.Names.Where(name => name.StartsWith("grad ", StringComparison.Ordinal)).ToList();
        var without = expected.Find("parameters_without_gradient");
        if (gradients.Count == 0 && without is null)
        {
            return;
        }

        loss.backward();
        var parameters = _model.NamedParameters().ToDictionary(p => Gpt + p.Key, p => p.Value);
        foreach (var name in gradients)
        {
            var parameter = name["grad ".Length..];
            var gradient = parameter.StartsWith(Projector, StringComparison.Ordinal) ? _projector[parameter[Projector.Length..]].grad : parameters[parameter].grad;
            var wanted = expected[name].Tensor(_inputs.Tensors);
            var largest = wanted.Floats.ToArray().Max(Math.Abs);

            // The file has the blocks' matrices [in, out], and so it has their gradients; ours are [out, in].
            var given = parameter.Contains(".c_", StringComparison.Ordinal) && gradient!.dim() == 2 ? gradient.t() : gradient!;
            TorchTensors.AssertNear(given, wanted, GradientTolerance * largest);
        }

        if (without is not null)
        {
            Assert.Equal(without.Texts().Order(StringComparer.Ordinal), parameters.Where(p => p.Value.grad is null).Select(p => p.Key).Order(StringComparer.Ordinal));
        }
    }

    public void Dispose() => _model.Dispose();

    private Tensor Project(Tensor embeddings) =>
        nn.functional.linear(embeddings, _projector["0.weight"], _projector["0.bias"]).tanh().view(embeddings.shape[0], -1, _model.HiddenSize);

    /// <summary>The case's labels; or, after a prefix, that nobody scores, the tokens, padding included unless a token mask leaves it out.</summary>
    private Tensor Labels(long prefixLength)
    {
        if (_inputs.Find("labels") is { } given)
        {
            return given;
        }

        var tokens = _inputs.Find("token_mask") is { } mask ? _ids.masked_fill(mask.equal(0), NextTokenLoss.Ignored) : _ids;
        return cat([full([_ids.shape[0], prefixLength], NextTokenLoss.Ignored, ScalarType.Int64, _ids.device), tokens], 1);
    }

    /// <summary>Options in words.</summary>
    private void CheckRemarks()
    {
        if (_inputs.Options.Find("mode") is { } mode)
        {
            Assert.StartsWith("eval", mode.Text(), StringComparison.Ordinal);
        }

        if (_inputs.Options.Find("labels") is { } labels)
        {
            Assert.Equal("-100 for the prefix and where token_mask is 0", labels.Text());
        }

        if (_inputs.Options.Find("program") is { } program)
        {
            Assert.StartsWith("the seed's ClipCaptionModel.forward", program.Text(), StringComparison.Ordinal);
        }
    }
}
