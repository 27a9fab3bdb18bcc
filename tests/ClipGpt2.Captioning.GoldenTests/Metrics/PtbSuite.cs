using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>Single captions, and whether a following line changes their tokens.</summary>
public sealed class PtbSuite : GoldenSuite
{
    private static readonly (string Part, string Line)[] NextLines = [("before_lower", "the next one"), ("before_upper", "The next one")];

    public override IReadOnlyList<string> Files => ["metrics/ptb.json", "metrics/ptb2.json"];

    public override void Check(GoldenCase golden)
    {
        var text = golden.Json.GetProperty("text").GetString()!;
        var expected = golden.Expected;
        Check(expected["raw"].Text(), expected["tokenized"].Text(), [text]);
        foreach (var (part, line) in NextLines)
        {
            var changed = expected.Find(part) ?? expected;
            Check(changed["raw"].Text(), changed["tokenized"].Text(), [text, line]);
        }

        var punctuation = golden.Root.GetProperty("punctuations").EnumerateArray().Select(p => p.GetString());
        Assert.Equal(punctuation, PtbTokenizer.Punctuation);
    }

    private static void Check(string raw, string tokenized, string[] captions)
    {
        Assert.Equal(raw, PtbTokenizer.TokenizeLines(captions)[0]);
        Assert.Equal(tokenized, new PtbTokenizer().Tokenize(captions)[0]);
    }
}
