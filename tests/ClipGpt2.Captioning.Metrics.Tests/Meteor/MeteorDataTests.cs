using System.IO.Compression;
using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.Metrics.Tests.Meteor;

public sealed class MeteorDataTests : IDisposable
{
    private const string Table = "0.5\na dog\na hound\n0.1\nruns\nis running\n";

    private static readonly (string Name, string Text)[] Files =
    [
        ("function/english.words", "a\nthe\nof\n"),
        ("nonbreaking/english.prefixes", "# titles\nMr\nNo #NUMERIC_ONLY#\n"),
        ("synonym/english.synsets", "car\n1 2\nautomobile\n2\nrun\n7\njog\n7\n"),
        ("synonym/english.exceptions", "run\nran running\n"),
    ];

    private static readonly CaptionCorpus Corpus = new([new CaptionedImage("1", "a hound jogs beside the automobile", ["a dog ran beside the car"])]);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Folder_jar_and_flat_names_give_the_same_scores()
    {
        using var folder = MeteorData.Load(WriteFolder("folder", Path.DirectorySeparatorChar));
        using var flat = MeteorData.Load(WriteFolder("flat", '.'));
        using var jar = MeteorData.Load(WriteJar());
        var expected = Score(folder);
        Assert.Equal(MeteorMatchers.Exact | MeteorMatchers.Stem | MeteorMatchers.Synonym | MeteorMatchers.Paraphrase, folder.Matchers);
        Assert.Equal("METEOR", new MeteorMetric(new MeteorOptions { Data = folder }).Name);
        Assert.True(expected > Score(MeteorData.BuiltIn));
        Assert.Equal(expected, Score(flat));
        Assert.Equal(expected, Score(jar));
    }

    [Fact]
    public void A_large_table_is_indexed_once_and_again_when_the_index_is_damaged()
    {
        var folder = WriteFolder("large", '.');
        var random = new Random(1);
        var entries = Enumerable.Range(0, 200_000).Select(_ => $"0.{random.Next()}\nword{random.Next()} x\nother{random.Next()}\n");
        Compress(Path.Combine(folder, "paraphrase-en.gz"), Table + string.Concat(entries));
        double first;
        using (var data = MeteorData.Load(folder, _folder.File("cache")))
        {
            first = Score(data);
        }

        var index = Assert.Single(Directory.GetFiles(_folder.File("cache")));
        var written = File.GetLastWriteTimeUtc(index);
        using (var again = MeteorData.Load(folder, _folder.File("cache")))
        {
            Assert.Equal(first, Score(again));
            Assert.Equal(written, File.GetLastWriteTimeUtc(index));
        }

        File.WriteAllBytes(index, [1, 2, 3]);
        using var rebuilt = MeteorData.Load(folder, _folder.File("cache"));
        Assert.Equal(first, Score(rebuilt));
    }

    [Fact]
    public void Missing_and_damaged_files_are_named()
    {
        Assert.Contains("nowhere", Refusal("/nowhere"), StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.File("empty"));
        Assert.Contains("function/english.words", Refusal(_folder.File("empty")), StringComparison.Ordinal);
        Assert.Contains("not METEOR's jar", Refusal(_folder.Write("some.jar", "no zip")), StringComparison.Ordinal);
        var folder = WriteFolder("bad", '.');
        File.WriteAllText(Path.Combine(folder, "synonym.english.synsets"), "car\n1 x\n");
        Assert.Contains("line 2: 'x'", Refusal(folder), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "synonym.english.synsets"), "car\n1\nbus\n");
        Assert.Contains("line 3", Refusal(folder), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "synonym.english.synsets"), "car\n1\n");
        File.WriteAllText(Path.Combine(folder, "paraphrase-en.gz"), "no gzip");
        Assert.Contains("paraphrase-en.gz", Refusal(folder), StringComparison.Ordinal);
        Compress(Path.Combine(folder, "paraphrase-en.gz"), "0.5\na\nb\nx\nc\nd\n");
        Assert.Contains("line 4: 'x'", Refusal(folder), StringComparison.Ordinal);
        Compress(Path.Combine(folder, "paraphrase-en.gz"), "0.5\na\nb\n0.5\n");
        Assert.Contains("line 4", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_options_are_all_named()
    {
        var options = new MeteorOptions { Alpha = 2, BeamSize = 0, Weights = [1], Matchers = MeteorMatchers.Synonym };
        var message = Assert.Throws<CaptioningException>(() => new MeteorMetric(options)).Message;
        Assert.All(["Alpha", "BeamSize", "Weights", "Synonym"], name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private static double Score(MeteorData data) =>
        new MeteorMetric(new MeteorOptions { Data = data }).Evaluate(Corpus, TestContext.Current.CancellationToken)["meteor"].Corpus;

    private static string Refusal(string path) => Assert.Throws<CaptioningException>(() => MeteorData.Load(path)).Message;

    private static void Compress(string path, string text)
    {
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private string WriteFolder(string name, char separator)
    {
        foreach (var (file, text) in Files)
        {
            _folder.Write(Path.Combine(name, file.Replace('/', separator)), text);
        }

        Compress(Path.Combine(_folder.File(name), "paraphrase-en.gz"), Table);
        return _folder.File(name);
    }

    private string WriteJar()
    {
        Directory.CreateDirectory(_folder.File("jar/data"));
        Compress(_folder.File("jar/data/paraphrase-en.gz"), Table);
        var path = _folder.File("jar/meteor-1.5.jar");
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (file, text) in Files)
        {
            using var writer = new StreamWriter(archive.CreateEntry(file).Open());
            writer.Write(text);
        }

        return path;
    }
}
