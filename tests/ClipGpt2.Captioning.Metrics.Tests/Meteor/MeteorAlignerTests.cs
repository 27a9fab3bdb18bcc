using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ClipGpt2.Captioning.Metrics.Meteor;
using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests.Meteor;

public sealed class MeteorAlignerTests : IDisposable
{
    /// <summary>First columns that share words, second columns in no alphabetical order, a pair both ways.</summary>
    private static readonly (string First, string Second)[] Table =
    [
        ("a dog", "hound"), ("a dog", "the cat"), ("a dog", "big dog"), ("dog", "hound"), ("dog", "cat"), ("hound", "a dog"), ("on", "upon the"),
        ("on", "over"), ("on the", "over"), ("over", "on"), ("the", "a"), ("the", "that one"), ("the cat", "on the"), ("upon the", "on"),
    ];

    private static readonly Gen<string> Text =
        Captions.OneOf("a", "a", "the", "dog", "dogs", "cat", "hound", "on", "over", "upon", "car", "automobile", "cars", "big", "that", "one").Array[1, 12]
            .Select(words => string.Join(' ', words));

    private const double MostTimes = 2.3;

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(0.5);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_search_finds_what_its_rules_say()
    {
        using var data = Data();
        Gen.Select(Text, Text, Gen.Int[1, 8], Gen.Bool).Sample(
            (candidate, reference, beam, wide) =>
            {
                var options = new MeteorOptions { Data = data, BeamSize = wide ? 40 : beam };
                var captions = MeteorCaptions.Of(new CaptionCorpus([new CaptionedImage("1", candidate, [reference])], CaptionTokenization.Blanks).Tokens, options);
                var scorer = new MeteorPairScorer(captions, new MeteorLexicon(captions.Words, data, data.Matchers), data.Matchers, data.Paraphrases, options);
                scorer.Best(0);
                var (chosen, chunks) = new PlainAlignment(Matches(candidate.Split(' '), reference.Split(' '), data), options.BeamSize).Best();
                Assert.Equal(chosen, scorer.Aligner.Chosen);
                Assert.Equal(chunks, scorer.Aligner.Chunks);
            },
            iter: 5000);
    }

    [Theory]
    [InlineData("words")]
    [InlineData("sentences")]
    [InlineData("one word")]
    [InlineData("paraphrases")]
    public void Twice_the_words_take_about_twice_the_time(string kind)
    {
        using var data = Data();
        var metric = new MeteorMetric(new MeteorOptions { Data = data });
        var (half, whole) = (Corpus(kind, 10_000), Corpus(kind, 20_000));
        var (timeOfHalf, timeOfWhole) = (TimeSpan.MaxValue, TimeSpan.MaxValue);

        // The fastest of some runs: other work on the machine can only make one slower.
        for (var run = 0; run < 20 && !(timeOfHalf < LongestTime && timeOfWhole <= MostTimes * timeOfHalf); run++)
        {
            timeOfHalf = Shorter(timeOfHalf, Time(metric, half));
            timeOfWhole = Shorter(timeOfWhole, Time(metric, whole));
        }

        Assert.True(timeOfWhole <= MostTimes * timeOfHalf, $"{timeOfHalf} and {timeOfWhole}");
        Assert.True(timeOfHalf < LongestTime, $"{timeOfHalf}");
    }

    public void Dispose() => _folder.Dispose();

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
        from entry in Table
        where StandsAt(reference, r, entry.First) && Length(entry.First) == length
        from t in Enumerable.Range(0, test.Length)
        where StandsAt(test, t, entry.Second)
        select new MeteorMatch(r, length, t, Length(entry.Second), 3);

    private static IEnumerable<MeteorMatch> FromTest(string[] test, string[] reference, int r) =>
        from t in Enumerable.Range(0, test.Length)
        from length in Enumerable.Range(1, 2)
        from entry in Table
        where StandsAt(test, t, entry.First) && Length(entry.First) == length && StandsAt(reference, r, entry.Second)
        select new MeteorMatch(r, Length(entry.Second), t, length, 3);

    private static int Length(string phrase) => phrase.Split(' ').Length;

    private static bool StandsAt(string[] words, int place, string phrase) => words.Skip(place).Take(Length(phrase)).SequenceEqual(phrase.Split(' '));

    private static TimeSpan Time(MeteorMetric metric, CaptionCorpus corpus)
    {
        var clock = Stopwatch.StartNew();
        metric.Evaluate(corpus, Token);
        return clock.Elapsed;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static CaptionCorpus Corpus(string kind, int words)
    {
        var corpus = new CaptionCorpus([new CaptionedImage("1", LongText(kind, words, seed: 1), [LongText(kind, words, seed: 2) + " end"])], CaptionTokenization.Blanks);
        _ = corpus.Tokens;
        return corpus;
    }

    private static string LongText(string kind, int words, int seed)
    {
        var random = new Random(seed);
        string[] table = [.. Table.Select(entry => entry.First), .. Table.Select(entry => entry.Second)];
        return string.Join(' ', Enumerable.Range(0, words).Select(i => kind switch
        {
            // As in any language, a few words make up most of a text.
            "words" => "w" + (int)Math.Exp(random.NextDouble() * Math.Log(5000)),
            "sentences" => "a dog runs on the grass beside two cars".Split(' ')[i % 9],
            "one word" => "dog",
            "paraphrases" => table[random.Next(table.Length)],
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        }).Take(words));
    }

    private MeteorData Data()
    {
        _folder.Write("function.english.words", "a\nthe\n");
        _folder.Write("nonbreaking.english.prefixes", "Mr\n");
        _folder.Write("synonym.english.synsets", "car\n1 2\nautomobile\n2 3\nhound\n3\n");
        _folder.Write("synonym.english.exceptions", "");
        using (var gzip = new GZipStream(File.Create(_folder.File("paraphrase-en.gz")), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Table.Select(entry => $"0.5\n{entry.First}\n{entry.Second}\n"))));
        }

        return MeteorData.Load(_folder.File("."));
    }
}
