using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>The tokens of whole corpora: all candidates in one call and all references in another.</summary>
public sealed class CorporaSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => [GoldenCorpora.File];

    protected override IReadOnlyList<string> TrackedParts => ["images"];

    public override void Check(GoldenCase golden)
    {
        var corpus = GoldenCorpora.Of(golden.Json, CaptionTokenization.Ptb);
        foreach (var (image, i) in golden.Part("images").Items().Select((image, i) => (image, i)))
        {
            foreach (var input in image.Names.Where(name => name is "id" or "refs" or "candidate" or "grade"))
            {
                image[input].Informational();
            }

            Assert.Equal(image["expected"]["candidate_ptb"].Text(), corpus.TokenizedCandidate(i));
            var references = Enumerable.Range(0, corpus.Images[i].References.Count).Select(r => corpus.TokenizedReference(i, r));
            Assert.Equal(image["expected"]["refs_ptb"].Texts(), references);
        }
    }
}
