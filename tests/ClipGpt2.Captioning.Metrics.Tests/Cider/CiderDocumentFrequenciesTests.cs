using ClipGpt2.Captioning.Metrics.Cider;

namespace ClipGpt2.Captioning.Metrics.Tests.Cider;

public sealed class CiderDocumentFrequenciesTests
{
    private static readonly CaptionCorpus Corpus = new(
    [
        new CaptionedImage("1", "a dog runs on the grass", ["a dog runs on grass", "the dog ran"]),
        new CaptionedImage("2", "two cats sit on a bench", ["two cats on a bench", "a bench with cats"]),
        new CaptionedImage("3", "a red bus", ["a bus on the road"]),
    ]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Saved_frequencies_of_the_same_references_change_nothing()
    {
        using var folder = new TemporaryFolder();
        CiderDocumentFrequencies.Of(Corpus).Save(folder.File("df.txt"));
        var saved = CiderDocumentFrequencies.Load(folder.File("df.txt"));
        var (expected, found) = (new CiderMetric().Evaluate(Corpus, Token), new CiderMetric(new CiderOptions { DocumentFrequencies = saved }).Evaluate(Corpus, Token));
        Assert.Equal(3, saved.ImageCount);
        Assert.Equal(expected["cider"].PerImage, found["cider"].PerImage);
    }

    [Fact]
    public void One_image_has_a_score_by_the_frequencies_of_others()
    {
        var one = new CaptionCorpus([Corpus.Images[0]]);
        var frequencies = CiderDocumentFrequencies.Of(Corpus);
        Assert.Equal(0, new CiderMetric().Evaluate(one, Token)["cider"].Corpus);
        Assert.True(new CiderMetric(new CiderOptions { DocumentFrequencies = frequencies }).Evaluate(one, Token)["cider"].Corpus > 0.1);
    }

    [Fact]
    public void What_was_loaded_is_saved_as_it_was_but_for_the_order()
    {
        using var folder = new TemporaryFolder();
        CiderDocumentFrequencies.Of(Corpus).Save(folder.File("df.txt"));
        var lines = File.ReadAllLines(folder.File("df.txt"));
        File.WriteAllLines(folder.File("turned.txt"), lines.Skip(1).Reverse().Prepend(lines[0]));
        CiderDocumentFrequencies.Load(folder.File("turned.txt")).Save(folder.File("again.txt"));
        Assert.Equal(lines.Order(StringComparer.Ordinal), File.ReadAllLines(folder.File("again.txt")).Order(StringComparer.Ordinal));
        Assert.Contains("3 on", lines);
        Assert.Contains("1 a dog runs on", lines);
    }

    [Fact]
    public void The_beginning_of_an_ngram_in_a_file_is_none_by_itself()
    {
        using var folder = new TemporaryFolder();
        var frequencies = CiderDocumentFrequencies.Load(folder.Write("df.txt", "cider-document-frequencies 1 5\n2 a dog runs on\n"));
        frequencies.Save(folder.File("again.txt"));
        Assert.Equal(["cider-document-frequencies 1 5", "2 a dog runs on"], File.ReadAllLines(folder.File("again.txt")));
    }

    [Fact]
    public void The_plain_form_has_no_penalty_for_length()
    {
        var plain = new CiderMetric(new CiderOptions { Form = CiderForm.Plain }).Evaluate(Corpus, Token)["cider"];
        var clipped = new CiderMetric().Evaluate(Corpus, Token)["cider"];
        Assert.All(plain.PerImage.Zip(clipped.PerImage), p => Assert.True(p.First >= p.Second));
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("something else\n", "line 1")]
    [InlineData("cider-document-frequencies 1 0\n", "line 1")]
    [InlineData("cider-document-frequencies 1 5\n2 a\nx b\n", "line 3")]
    [InlineData("cider-document-frequencies 1 5\n2 a b c d e\n", "line 2")]
    [InlineData("cider-document-frequencies 1 5\n2\n", "line 2")]
    public void A_malformed_file_is_refused_by_its_line(string content, string place)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("df.txt", content);
        var message = Assert.Throws<CaptioningException>(() => CiderDocumentFrequencies.Load(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("nowhere.txt", Assert.Throws<CaptioningException>(() => CiderDocumentFrequencies.Load("/nowhere/nowhere.txt")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_sigma_of_zero_is_refused() => Assert.Throws<CaptioningException>(() => new CiderMetric(new CiderOptions { Sigma = 0 }));
}
