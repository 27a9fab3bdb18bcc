using ClipGpt2.Captioning.Metrics.Meteor;
using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests.Meteor;

public sealed class MeteorAlignerTests : IDisposable
{
    private static readonly Gen<string> Text =
        Captions.OneOf("a", "a", "the", "dog", "dogs", "cat", "hound", "on", "over", "upon", "car", "automobile", "cars", "big", "that", "one").Array[1, 12]
            .Select(words => string.Join(' ', words));

    /// <summary>Each word stands dozens of times in it.</summary>
    private static readonly Gen<string> LongText =
        Captions.OneOf("a", "dog", "dogs", "on", "over").Array[60, 160].Select(words => string.Join(' ', words));

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_search_finds_what_its_rules_say()
    {
        using var data = SmallMeteorData.Load(_folder);
        Gen.Select(Text, Text, Gen.Int[1, 8], Gen.Bool).Sample((candidate, reference, beam, wide) => Check(candidate, reference, wide ? 40 : beam, data), iter: 5000);
    }

    [Fact]
    public void The_search_finds_the_same_where_words_match_too_often_to_be_tried_one_by_one()
    {
        using var data = SmallMeteorData.Load(_folder);
        Gen.Select(LongText, LongText, Gen.Int[1, 40]).Sample((candidate, reference, beam) => Check(candidate, reference, beam, data), iter: 150);
    }

    public void Dispose() => _folder.Dispose();

    private static void Check(string candidate, string reference, int beamSize, MeteorData data)
    {
        var options = new MeteorOptions { Data = data, BeamSize = beamSize };
        var captions = MeteorCaptions.Of(new CaptionCorpus([new CaptionedImage("1", candidate, [reference])], CaptionTokenization.Blanks).Tokens, options);
        var scorer = new MeteorPairScorer(captions, new MeteorLexicon(captions.Words, data, data.Matchers), data.Matchers, data.Paraphrases, options);
        scorer.Best(0);
        var (chosen, chunks) = new PlainAlignment(Matches(candidate.Split(' '), reference.Split(' '), data), options.BeamSize).Best();
        Assert.Equal(chosen, scorer.Aligner.Chosen);
        Assert.Equal(chunks, scorer.Aligner.Chunks);
    }

    /// <summary>All matches by the rules: module by module, then paraphrases from the reference's side, then from the candidate's.</summary>
    private static List<List<MeteorMatch>> Matches(string[] test, string[] reference, MeteorData data)
    {
        var same = test.SequenceEqual(reference);
        var all = new List<List<MeteorMatch>>();
        for (var r = 0; r < reference.Length; r++)
        {
            var here = new List<MeteorMatch>();
            here.AddRange(Words(test, r, 0, word => word == reference[r]));
            if (!same)
            {
                here.AddRange(Words(test, r, 1, word => word != reference[r] && EnglishStemmer.Stem(word) == EnglishStemmer.Stem(reference[r])));
                here.AddRange(Words(test, r, 2, word => word != reference[r] && data.Synonyms!.SynsetsOf(word).Intersect(data.Synonyms.SynsetsOf(reference[r])).Any()));
                here.AddRange(FromReference(test, reference, r));
                here.AddRange(FromTest(test, reference, r));
            }

            all.Add(here);
        }

        return all;
    }

    private static IEnumerable<MeteorMatch> Words(string[] test, int r, int matcher, Func<string, bool> matches) =>
        Enumerable.Range(0, test.Length).Where(t => matches(test[t])).Select(t => new MeteorMatch(r, 1, t, 1, matcher));

    private static IEnumerable<MeteorMatch> FromReference(string[] test, string[] reference, int r) =>
        from length in Enumerable.Range(1, 2)
        from entry in SmallMeteorData.Table
        where StandsAt(reference, r, entry.First) && Length(entry.First) == length
        from t in Enumerable.Range(0, test.Length)
        where StandsAt(test, t, entry.Second)
        select new MeteorMatch(r, length, t, Length(entry.Second), 3);

    private static IEnumerable<MeteorMatch> FromTest(string[] test, string[] reference, int r) =>
        from t in Enumerable.Range(0, test.Length)
        from length in Enumerable.Range(1, 2)
        from entry in SmallMeteorData.Table
        where StandsAt(test, t, entry.First) && Length(entry.First) == length && StandsAt(reference, r, entry.Second)
        select new MeteorMatch(r, Length(entry.Second), t, length, 3);

    private static int Length(string phrase) => phrase.Split(' ').Length;

    private static bool StandsAt(string[] words, int place, string phrase) => words.Skip(place).Take(Length(phrase)).SequenceEqual(phrase.Split(' '));
}
