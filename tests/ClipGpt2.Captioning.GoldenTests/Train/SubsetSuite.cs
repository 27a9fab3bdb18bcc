using System.Globalization;
using System.Numerics;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Data.Sampling;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The reference program's subset of a data set, Python's random numbers, and torch's permutations.</summary>
public sealed class SubsetSuite : GoldenSuite
{
    private const long ChecksumModulus = 2147483647;

    public override IReadOnlyList<string> Files => ["train/subset.json"];

    public override void Check(GoldenCase golden)
    {
        switch (golden.Json.GetProperty("topic").GetString())
        {
            case "subset":
                CheckSubset(golden.Expected, golden.Part("options"));
                break;
            case "python_random":
                CheckRandom(golden.Expected, BigInteger.Parse(golden.Part("options")["seed"].Text(), CultureInfo.InvariantCulture));
                break;
            case "torch":
                var options = golden.Part("options");
                CheckOrder(golden.Expected, "first_50", TorchPermutation.Draw((int)options["n"].Integer(), options["seed"].Integer()));
                break;
            default:
                throw new XunitException($"'{golden.Name}' has a topic that no check knows.");
        }
    }

    private static void CheckSubset(Tracked expected, Tracked options)
    {
        var (seed, count) = (options["seed"].Integer(), (int)options["n"].Integer());
        if (options.Find("subset_ratio") is { } ratio)
        {
            CheckKept(expected, "kept", ReferenceSubset.Indices(count, ratio.Number(), seed));
            return;
        }

        int[] order = [.. Enumerable.Range(0, count)];
        new PythonRandom(seed).Shuffle(order.AsSpan());
        CheckOrder(expected, "order_first_50", order);
        Assert.Equal(expected["order_last_5"].Integers(), order.TakeLast(5));
        foreach (var share in expected["subsets"].Names)
        {
            CheckKept(expected["subsets"][share], "keep", ReferenceSubset.Indices(count, double.Parse(share, CultureInfo.InvariantCulture), seed));
        }
    }

    private static void CheckKept(Tracked expected, string count, int[] kept)
    {
        Assert.Equal(expected[count].Integer(), kept.Length);
        var first = expected["first"].Integers();
        Assert.Equal(first, kept.Take(first.Length));
        Assert.Equal(expected["checksum"].Integer(), Checksum(kept));
    }

    private static void CheckOrder(Tracked expected, string first, int[] order)
    {
        Assert.Equal(expected[first].Integers(), order.Take(50));
        Assert.Equal(expected["checksum"].Integer(), Checksum(order));
    }

    private static void CheckRandom(Tracked expected, BigInteger seed)
    {
        var random = new PythonRandom(seed);
        Assert.All(expected["getrandbits_32"].Items(), bits => Assert.Equal(bits.Integer(), random.Bits(32)));
        Assert.All(expected["random"].Items(), number => Assert.Equal(number.Number(), random.NextDouble()));
        // Limits are inputs: below another one the same number may well be drawn.
        expected["randrange"]["of"].Informational();
        var limits = expected["randrange"]["of"].Raw;
        Assert.All(expected["randrange"]["values"].Items(), (value, i) => Assert.Equal(value.Integer(), random.Below(limits[i].GetInt64())));
        var shuffled = Enumerable.Range(0, expected["shuffle"].Items().Count).ToArray();
        random.Shuffle(shuffled.AsSpan());
        Assert.Equal(expected["shuffle"].Integers(), shuffled);
        Assert.All(expected["choice_of_abcdefg"].Items(), letter => Assert.Equal(letter.Text(), "abcdefg"[(int)random.Below(7)].ToString()));
        CheckSample(expected["sample_6_of_100"].Integers(), random);
        var widths = new[] { 64, 5, 33 };
        Assert.All(expected["getrandbits_64_5_33"].Texts(), (bits, i) => Assert.Equal(bits, random.LongBits(widths[i]).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Python's sample of few of many draws again what it has drawn already.</summary>
    private static void CheckSample(int[] expected, PythonRandom random)
    {
        var sample = new List<int>();
        while (sample.Count < expected.Length)
        {
            if ((int)random.Below(100) is var drawn && !sample.Contains(drawn))
            {
                sample.Add(drawn);
            }
        }

        Assert.Equal(expected, sample);
    }

    private static long Checksum(int[] order) => order.Select((value, i) => (i + 1L) * value % ChecksumModulus).Sum() % ChecksumModulus;
}
