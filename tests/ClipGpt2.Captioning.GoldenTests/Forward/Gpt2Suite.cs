using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>Passes of GPT-2: ids, prefixes, padding, positions, cache, losses and gradients.</summary>
public sealed class Gpt2Suite : GoldenSuite
{
    // The README's tolerances.
    private const double HiddenTolerance = 3e-5;
    private const double LogitsTolerance = 1e-4;
    private const double LossTolerance = 1e-5;
    private const double BFloat16Cosine = 0.9999;

    // "bfloat16 moves GPT-2 logits by up to about 0.1-0.2": ours and the reference's may move apart.
    private const double BFloat16Tolerance = 0.4;

    public override IReadOnlyList<string> Files => ["forward/gpt2.json"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var inputs = new Gpt2Inputs(golden);
        var expected = golden.Expected;
        if (expected.Find("error") is { } error)
        {
            CheckRefusal(inputs, error, expected);
        }
        else if (expected.Find("step_logits") is { } steps)
        {
            CheckSteps(inputs, steps, expected);
        }
        else if (expected.Find("loss") is { } loss)
        {
            CheckLoss(inputs, loss, expected);
        }
        else
        {
            CheckPass(inputs, expected);
        }
    }

    /// <summary>A text of more positions than the model has: an exception of ours where the reference has Python's.</summary>
    private static void CheckRefusal(Gpt2Inputs inputs, Tracked error, Tracked expected)
    {
        Assert.Equal("IndexError", error.Text());
        expected["message"].Informational();
        Assert.Throws<CaptioningException>(() => inputs.Model.Forward(inputs.Whole()));
    }

    private static void CheckPass(Gpt2Inputs inputs, Tracked expected)
    {
        using var output = inputs.Model.Forward(inputs.Whole() with { WithHiddenStates = true });
        if (expected.Find("logits") is { } logits)
        {
            CheckLogits(inputs, output.Logits, logits.Tensor(inputs.Tensors), inputs.BFloat16);
        }

        if (expected.Find("last_logits") is { } last)
        {
            CheckLogits(inputs, output.Logits[.., -1], last.Tensor(inputs.Tensors), inputs.BFloat16);
            CheckStart(inputs, last.Tensor(inputs.Tensors));
        }

        if (expected.Find("hidden_states") is { } states)
        {
            Assert.Equal(states.Items().Count, output.HiddenStates.Count);
            foreach (var (state, given) in states.Items().Zip(output.HiddenStates))
            {
                TorchTensors.AssertNear(given, state.Tensor(inputs.Tensors), HiddenTolerance);
            }
        }

        if (expected.Find("last_hidden_state") is { } lastState)
        {
            TorchTensors.AssertNear(output.HiddenStates[^1], lastState.Tensor(inputs.Tensors), HiddenTolerance);
        }
    }

    /// <summary>A decoding session that reads the same from the start has the same logits.</summary>
    private static void CheckStart(Gpt2Inputs inputs, GoldenTensor expected)
    {
        using var session = inputs.Model.Start(inputs.Vectors(), null, null, 0);
        CheckRows(session, expected, inputs.BFloat16);
    }

    private static void CheckLogits(Gpt2Inputs inputs, Tensor actual, GoldenTensor expected, bool bfloat16)
    {
        var vocabulary = (int)expected.Shape[^1];
        var mask = inputs.MaskOf(expected);
        if (!bfloat16)
        {
            TorchTensors.AssertNear(actual, expected, LogitsTolerance, i => mask is null || mask[i / vocabulary] != 0);
            return;
        }

        Assert.Equal(expected.Shape, actual.shape);
        var values = actual.ToFloats();
        for (var at = 0; at < values.Length; at += vocabulary)
        {
            AssertNearBFloat16(values.AsSpan(at, vocabulary), expected.Floats.Slice(at, vocabulary), expected.Name);
        }
    }

    private static void AssertNearBFloat16(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, string name)
    {
        Assert.True(TorchTensors.Cosine(actual, expected) > BFloat16Cosine, $"{name}: the cosine is {TorchTensors.Cosine(actual, expected)}.");
        TorchTensors.AssertNear(actual, expected, BFloat16Tolerance, name);
    }

    /// <summary>The cache, as keys and values handed back to the model and as a decoding session.</summary>
    private static void CheckSteps(Gpt2Inputs inputs, Tracked steps, Tracked expected)
    {
        var lengths = inputs.Options["steps"].Integers();
        Assert.Equal(steps.Items().Count, lengths.Length);
        var begin = inputs.Prefill();
        var output = inputs.Model.Forward(inputs.Piece(0, begin) with { WithPresent = true });
        CheckPrefill(inputs, output, expected);
        using var session = inputs.StartSession(begin, lengths.Sum());
        for (var (step, at) = (0, begin); step < lengths.Length; at += lengths[step++])
        {
            var wanted = steps.Items()[step].Tensor(inputs.Tensors);
            output = inputs.Model.Forward(inputs.Piece(at, at + lengths[step]) with { Past = output.Present, WithPresent = true });
            CheckLogits(inputs, output.Logits, wanted, bfloat16: false);
            for (var i = at; i < at + lengths[step]; i++)
            {
                session.Advance([.. Enumerable.Range(0, session.Rows)], inputs.TokensAt(i));
            }

            CheckRows(session, LastOf(wanted), bfloat16: false);
        }
    }

    private static void CheckPrefill(Gpt2Inputs inputs, Gpt2Output output, Tracked expected)
    {
        if (expected.Find("prefill_logits") is { } logits)
        {
            CheckLogits(inputs, output.Logits, logits.Tensor(inputs.Tensors), bfloat16: false);
        }

        if (expected.Find("prefill_last_logits") is { } last)
        {
            CheckLogits(inputs, output.Logits[.., ^1..], last.Tensor(inputs.Tensors), bfloat16: false);
        }

        if (expected.Find("past_key_values") is { } past)
        {
            var present = output.Present.SelectMany(layer => new[] { layer.Key, layer.Value }).ToList();
            Assert.Equal(past.Items().Count, present.Count);
            foreach (var (wanted, given) in past.Items().Zip(present))
            {
                TorchTensors.AssertNear(given, wanted.Tensor(inputs.Tensors), HiddenTolerance);
            }
        }
    }

    private static void CheckRows(IDecodingSession session, GoldenTensor expected, bool bfloat16)
    {
        var vocabulary = (int)expected.Shape[^1];
        for (var row = 0; row < session.Rows; row++)
        {
            var wanted = expected.Floats.Slice(row * vocabulary, vocabulary);
            if (bfloat16)
            {
                AssertNearBFloat16(session.Logits(row), wanted, expected.Name);
            }
            else
            {
                TorchTensors.AssertNear(session.Logits(row), wanted, LogitsTolerance, expected.Name);
            }
        }
    }

    /// <summary>The last position's row of [B, T, V].</summary>
    private static GoldenTensor LastOf(GoldenTensor logits)
    {
        var positions = (int)logits.Shape[1];
        var flat = logits with { Shape = [logits.Shape[0] * positions, logits.Shape[2]] };
        return flat.Rows([.. Enumerable.Range(0, (int)logits.Shape[0]).Select(row => ((row + 1) * positions) - 1)]);
    }

    private static void CheckLoss(Gpt2Inputs inputs, Tracked expectedLoss, Tracked expected)
    {
        using var training = inputs.ForTraining();
        var (loss, counted) = training.Loss();
        var wanted = expectedLoss.Number();
        Assert.True(double.IsNaN(wanted) ? double.IsNaN(loss.item<float>()) : Math.Abs(wanted - loss.item<float>()) <= DeviceTolerance.Of(LossTolerance), $"The loss is {loss.item<float>()}, not {wanted}.");
        if (expected.Find("counted_tokens") is { } count)
        {
            Assert.Equal(count.Integer(), counted);
        }

        training.CheckGradients(loss, expected);
    }
}
