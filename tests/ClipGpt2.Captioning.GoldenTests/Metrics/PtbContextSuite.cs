using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>The captions of one call as one document, with the reference's defects, and without them.</summary>
public sealed class PtbContextSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["metrics/ptb_context.json"];

    public override void Check(GoldenCase golden)
    {
        var captions = Texts(golden, "captions");
        Assert.Equal(golden.Expected["raw_lines"].Texts(), PtbTokenizer.TokenizeLines(captions));
        Assert.Equal(golden.Expected["tokenized"].Texts(), new PtbTokenizer().Tokenize(captions));

        var alone = Texts(golden, "tokenized_alone");
        var contextFree = new PtbTokenizer(new PtbTokenizerOptions { ContextFree = true }).Tokenize(captions);
        for (var i = 0; i < alone.Length; i++)
        {
            // Of a caption with an odd line break in it the reference drops what comes after; ours stays whole.
            var brokenUp = captions[i].AsSpan().IndexOfAny("\r\v\f\u2028\u2029") >= 0;
            Assert.Equal(alone[i], brokenUp ? contextFree[i][..alone[i].Length] : contextFree[i]);
        }
    }

    private static string[] Texts(GoldenCase golden, string name) => [.. golden.Json.GetProperty(name).EnumerateArray().Select(c => c.GetString()!)];
}
