using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>Passes of GPT-2: ids, prefixes, padding, positions, cache, losses and gradients.</summary>
public sealed class Gpt2Suite(ModelCompatibility compatibility) : GoldenSuite
{
    // The README's tolerances.
    private const double HiddenTolerance = 3e-5;
    private const double LogitsTolerance = 1e-4;
    private const double LossTolerance = 1e-5;
    private const double BFloat16Cosine = 0.9999;

    // "bfloat16 moves GPT-2 logits by up to about 0.1-0.2": ours and the reference's may move apart.
    private const double BFloat16Tolerance = 0.4;

    /// <summary>With the model as the program read it that made the files.</summary>
    public Gpt2Suite()
        : this(ModelCompatibility.Transformers4)
    {
    }

    public override IReadOnlyList<string> Files => ["forward/gpt2.json"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var inputs = new Gpt2Inputs(golden, compatibility);
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
            CheckWhole(inputs, output.Logits, logits, LogitsTolerance);
        }

        if (expected.Find("last_logits") is { } last)
        {
            var (columns, end) = (inputs.Columns(), (int)output.Logits.shape[1]);
            Check(inputs, output.Logits[.., -1], last, LogitsTolerance, row => columns.IsReal(row, end - 1));
            CheckStart(inputs, columns, end, last.Tensor(inputs.Tensors));
        }

        if (expected.Find("hidden_states") is { } states)
        {
            Assert.Equal(states.Items().Count, output.HiddenStates.Count);
            foreach (var (state, given) in states.Items().Zip(output.HiddenStates))
            {
                CheckWhole(inputs, given, state, HiddenTolerance);
            }
        }

        if (expected.Find("last_hidden_state") is { } lastState)
        {
            CheckWhole(inputs, output.HiddenStates[^1], lastState, HiddenTolerance);
        }
    }

    /// <summary>A decoding session that reads the same from the start has the same logits.</summary>
    private static void CheckStart(Gpt2Inputs inputs, PaddedColumns columns, int end, GoldenTensor expected)
    {
        if (columns.Start((int)expected.Shape[0], end, end) is not null)
        {
            using var session = inputs.StartSession(end, steps: 0);
            CheckRows(session, expected, inputs.BFloat16, row => columns.IsAsInSession(row, end));
        }
    }

    private static void CheckWhole(Gpt2Inputs inputs, Tensor actual, Tracked expected, double tolerance)
    {
        var mask = inputs.MaskOf(expected.Raw.GetString()!);
        Check(inputs, actual, expected, tolerance, place => mask is null || mask[place] != 0);
    }

    /// <summary>Compares the vectors of some places, of which padding has no meaning.</summary>
    private static void Check(Gpt2Inputs inputs, Tensor actual, Tracked expected, double tolerance, Func<int, bool> isReal)
    {
        var size = (int)actual.shape[^1];
        var wanted = expected.Tensor(inputs.Tensors, i => isReal(i / size));
        if (!inputs.BFloat16)
        {
            TorchTensors.AssertNear(actual, wanted, tolerance, i => isReal(i / size));
            return;
        }

        Assert.Equal(wanted.Shape, actual.shape);
        var values = actual.ToFloats();
        foreach (var place in Enumerable.Range(0, values.Length / size).Where(isReal))
        {
            AssertNearBFloat16(values.AsSpan(place * size, size), wanted.Floats.Slice(place * size, size), wanted.Name);
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
        var (begin, columns) = (inputs.Prefill(), inputs.Columns());
        var output = inputs.Model.Forward(inputs.Piece(0, begin) with { WithPresent = true });
        CheckPrefill(inputs, output, expected, columns);
        var rows = (int)output.Logits.shape[0];
        using var session = new SessionOfSteps(inputs, columns.Start(rows, begin, begin + lengths.Sum()), begin + lengths.Sum());
        for (var (step, at) = (0, begin); step < lengths.Length; at += lengths[step++])
        {
            var (first, length) = (at, lengths[step]);
            output = inputs.Model.Forward(inputs.Piece(first, first + length) with { Past = output.Present, WithPresent = true });
            Check(inputs, output.Logits, steps.Items()[step], LogitsTolerance, place => columns.IsReal(place / length, first + (place % length)));
            if (session.ReadTo(first + length) is { } read)
            {
                CheckRows(read, LastOf(steps.Items()[step].Tensor(inputs.Tensors)), inputs.BFloat16, row => columns.IsAsInSession(row, first + length));
            }
        }
    }

    private static void CheckPrefill(Gpt2Inputs inputs, Gpt2Output output, Tracked expected, PaddedColumns columns)
    {
        var length = (int)output.Logits.shape[1];
        if (expected.Find("prefill_logits") is { } logits)
        {
            Check(inputs, output.Logits, logits, LogitsTolerance, place => columns.IsReal(place / length, place % length));
        }

        if (expected.Find("prefill_last_logits") is { } last)
        {
            Check(inputs, output.Logits[.., ^1..], last, LogitsTolerance, row => columns.IsReal(row, length - 1));
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

    private static void CheckRows(IDecodingSession session, GoldenTensor expected, bool bfloat16, Func<int, bool> isComparable)
    {
        var vocabulary = (int)expected.Shape[^1];
        foreach (var row in Enumerable.Range(0, session.Rows).Where(isComparable))
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
