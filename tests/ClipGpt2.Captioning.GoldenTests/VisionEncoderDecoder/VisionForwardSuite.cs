using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.VisionEncoderDecoder;

/// <summary>Passes of ViT or DeiT and GPT-2 with cross-attention: states, logits, losses, masks, cache; as transformers 4.53 reads the files, and as 5 does.</summary>
public sealed class VisionForwardSuite : GoldenSuite
{
    // The README's tolerances.
    private const double StatesTolerance = 3e-5;
    private const double LogitsTolerance = 1e-4;
    private const double LossTolerance = 1e-5;
    private const double BFloat16Cosine = 0.9999;
    private const int Ignored = -100;

    public override IReadOnlyList<string> Files => ["vision_encoder_decoder/forward.json"];

    public override bool UsesDevice => true;

    protected override IReadOnlyList<string> TrackedParts => ["expected", "expected_v5", "options"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "model", "inputs", "options", "expected", "expected_v5", "rounding"];

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var later = golden.FindPart("expected_v5");
        foreach (var compatibility in new[] { ModelCompatibility.Transformers4, ModelCompatibility.Transformers5 })
        {
            var inputs = new VisionInputs(golden, compatibility);
            using var output = inputs.Model.Decoder.Forward(inputs.Whole());
            CheckEncoder(golden, inputs);
            CheckDecoder(golden, inputs, output, compatibility == ModelCompatibility.Transformers5 ? later?.Find("logits") : null);
            CheckLoss(golden, inputs, output);
        }
    }

    private static void CheckEncoder(GoldenCase golden, VisionInputs inputs)
    {
        if (golden.Expected.Find("encoder_last_hidden_state") is { } last)
        {
            TorchTensors.AssertNear(inputs.Encoded!.LastHiddenState, last.Tensor(golden.Tensors), StatesTolerance);
        }

        if (golden.Expected.Find("encoder_hidden_states") is { } states)
        {
            CheckStates(golden, states, inputs.Encoded!.HiddenStates);
        }

        if (golden.Expected.Find("projected") is { } projected)
        {
            TorchTensors.AssertNear(inputs.States, projected.Tensor(golden.Tensors), StatesTolerance);
        }

        golden.PassOverIfThere("expected", "encoder_attentions");
    }

    private static void CheckDecoder(GoldenCase golden, VisionInputs inputs, Gpt2Output output, Tracked? later)
    {
        if ((later ?? golden.Expected.Find("logits")) is { } logits)
        {
            var mask = inputs.Mask?.flatten().cpu().data<long>().ToArray();
            var expected = logits.Tensor(golden.Tensors, i => IsReal(mask, i / inputs.Model.Decoder.VocabularySize));
            CheckLogits(inputs, output.Logits, expected, mask);
            if (inputs.IsPlain)
            {
                CheckSession(inputs, expected);
            }
        }

        if (golden.Expected.Find("decoder_hidden_states") is { } states)
        {
            CheckStates(golden, states, output.HiddenStates);
        }

        CheckCache(golden, inputs);
        golden.PassOverIfThere("expected", "decoder_attentions");
        golden.PassOverIfThere("expected", "cross_attentions");
    }

    private static void CheckStates(GoldenCase golden, Tracked expected, IReadOnlyList<Tensor> actual)
    {
        Assert.Equal(expected.Items().Count, actual.Count);
        foreach (var (state, given) in expected.Items().Zip(actual))
        {
            TorchTensors.AssertNear(given, state.Tensor(golden.Tensors), StatesTolerance);
        }
    }

    private static void CheckLogits(VisionInputs inputs, Tensor actual, GoldenTensor expected, long[]? mask)
    {
        var size = inputs.Model.Decoder.VocabularySize;
        if (!inputs.BFloat16)
        {
            TorchTensors.AssertNear(actual, expected, LogitsTolerance, i => IsReal(mask, i / size));
            return;
        }

        Assert.Equal(expected.Shape, actual.shape);
        var values = actual.ToFloats();
        for (var at = 0; at < values.Length; at += size)
        {
            AssertNear(inputs, values.AsSpan(at, size), expected.Floats.Slice(at, size), expected.Name);
        }
    }

    private static bool IsReal(long[]? mask, int place) => mask is null || mask[place] != 0;

    private static void AssertNear(VisionInputs inputs, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, string name)
    {
        if (inputs.BFloat16)
        {
            Assert.True(TorchTensors.Cosine(actual, expected) > BFloat16Cosine, $"{name}: the cosine is {TorchTensors.Cosine(actual, expected)}.");
        }
        else
        {
            TorchTensors.AssertNear(actual, expected, LogitsTolerance, name);
        }
    }

    /// <summary>A session that writes each row's text twice, side by side, has the whole pass's logits at each step.</summary>
    private static void CheckSession(VisionInputs inputs, GoldenTensor expected)
    {
        var ids = inputs.Ids!.cpu();
        var (rows, length) = ((int)ids.shape[0], (int)ids.shape[1]);
        var texts = Enumerable.Range(0, rows).Select(row => ids[row].contiguous().data<long>().Select(id => (int)id).ToArray()).ToArray();
        foreach (var group in Enumerable.Range(0, rows).GroupBy(row => texts[row][0]))
        {
            int[] chosen = [.. group], twice = [.. chosen, .. chosen.Reverse()];
            using var states = inputs.States.index_select(0, tensor(chosen.Select(row => (long)row).ToArray(), device: inputs.States.device));
            using var session = inputs.Model.Decoder.Start(states, null, [group.Key], length - 1);
            CheckStep(inputs, session, chosen, 0, expected);
            for (var column = 1; column < length; column++)
            {
                int[] parents = column == 1 ? [.. twice.Select(row => Array.IndexOf(chosen, row))] : [.. Enumerable.Range(0, twice.Length)];
                session.Advance(parents, [.. twice.Select(row => texts[row][column])]);
                CheckStep(inputs, session, twice, column, expected);
            }
        }
    }

    private static void CheckStep(VisionInputs inputs, IDecodingSession session, int[] rows, int column, GoldenTensor expected)
    {
        var (length, size) = ((int)expected.Shape[1], (int)expected.Shape[2]);
        for (var i = 0; i < rows.Length; i++)
        {
            AssertNear(inputs, session.Logits(i), expected.Floats.Slice(((rows[i] * length) + column) * size, size), expected.Name);
        }
    }

    /// <summary>Keys and values after the last piece; what they give is in the logits.</summary>
    private static void CheckCache(GoldenCase golden, VisionInputs inputs)
    {
        if (inputs.Chunks is not { } chunks)
        {
            return;
        }

        var (ids, read, model) = (inputs.Ids!, 0, inputs.Model.Decoder);
        Assert.Equal(ids.shape[1], chunks.Sum());
        var (logits, past) = (new List<Tensor>(), (IReadOnlyList<Layers.KeyValue>?)null);
        foreach (var chunk in chunks)
        {
            var output = model.Forward(new() { TokenIds = ids.narrow(1, read, chunk), Past = past, EncoderStates = inputs.States, WithPresent = true });
            logits.Add(output.Logits);
            past = output.Present;
            read += chunk;
        }

        CheckLogits(inputs, cat(logits, 1), golden.Expected["logits"].Tensor(golden.Tensors), mask: null);
        CheckKeysAndValues(golden, golden.Expected["self_keys_values"], past!);
        CheckKeysAndValues(golden, golden.Expected["cross_keys_values"], model.KeysAndValues(inputs.States));
    }

    private static void CheckKeysAndValues(GoldenCase golden, Tracked expected, IReadOnlyList<Layers.KeyValue> actual)
    {
        Assert.Equal(expected.Items().Count, actual.Count);
        foreach (var (layer, given) in expected.Items().Zip(actual))
        {
            TorchTensors.AssertNear(given.Key, layer.Items()[0].Tensor(golden.Tensors), StatesTolerance);
            TorchTensors.AssertNear(given.Value, layer.Items()[1].Tensor(golden.Tensors), StatesTolerance);
        }
    }

    /// <summary>The losses of labels that the logits stand beside, not before; transformers 4.53's own shifts them once more.</summary>
    private static void CheckLoss(GoldenCase golden, VisionInputs inputs, Gpt2Output output)
    {
        if (golden.Expected.Find("loss") is not { } loss)
        {
            return;
        }

        var labels = inputs.Labels!;
        var losses = nn.functional.cross_entropy(output.Logits.flatten(0, 1), labels.flatten(), ignore_index: Ignored, reduction: nn.Reduction.None).view(labels.shape);
        var counted = labels.ne(Ignored).sum().item<long>();
        var mean = (double)(losses.sum() / counted).item<float>();
        Assert.Equal(golden.Expected["counted_labels"].Integer(), counted);
        AssertLoss(loss.Number(), mean);
        AssertLoss(golden.Expected["model_loss"]["5.24.0"].Number(), mean);
        golden.Expected["model_loss"]["4.53.2"].Informational();
        TorchTensors.AssertNear(losses, golden.Expected["token_losses"].Tensor(golden.Tensors), LogitsTolerance);
        Assert.Equal(golden.Expected["decoder_input_ids"].Tensor(golden.Tensors).Longs.ToArray(), inputs.Ids!.flatten().cpu().data<long>().ToArray());
    }

    private static void AssertLoss(double expected, double actual) =>
        Assert.True(double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(expected - actual) <= DeviceTolerance.Of(LossTolerance), $"The loss is {actual}, not {expected}.");
}
