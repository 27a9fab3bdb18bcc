using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.Tests.Text;

public sealed class MergeListTests
{
    [Theory]
    [InlineData("gpt2")]
    [InlineData("roberta")]
    [InlineData("clip")]
    public void Each_shorter_list_of_merges_is_refused_as_cut(string kind)
    {
        var vocabulary = Of(kind);
        var lines = vocabulary.Merges.Split('\n')[..^1];
        for (var kept = 1; kept < lines.Length; kept++)
        {
            var refusal = RefusalOf(kind, vocabulary, string.Concat(lines[..kept].Select(line => line + "\n")));
            Assert.Contains("'merges.txt'", refusal, StringComparison.Ordinal);
            Assert.Contains("cut short", refusal, StringComparison.Ordinal);
            Assert.Contains($"makes {lines.Length - kept} of", refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("roberta")]
    [InlineData("clip")]
    public void An_empty_file_is_refused_as_empty(string kind) =>
        Assert.Contains("'merges.txt' is empty", RefusalOf(kind, new SmallVocabulary([], ["<s>"]), ""), StringComparison.Ordinal);

    [Theory]
    [InlineData("gpt2", "x y", "'xy'")]
    [InlineData("roberta", "zz y", "'zz'")]
    [InlineData("clip", "x yy</w>", "'yy</w>'")]
    public void A_merge_of_another_model_is_refused_with_what_the_vocabulary_lacks(string kind, string merge, string missing)
    {
        var vocabulary = Of(kind);
        var refusal = RefusalOf(kind, vocabulary, vocabulary.Merges + merge + "\n");
        Assert.Contains("'merges.txt': merge", refusal, StringComparison.Ordinal);
        Assert.Contains($"no token {missing}", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_merge_that_passes_through_a_token_that_the_vocabulary_lacks_is_refused()
    {
        var vocabulary = new SmallVocabulary(["x y", "xy z"], ["<|endoftext|>"]);
        vocabulary.Ids.Remove("xy");
        Assert.Contains("no token 'xy'", Assert.Throws<TokenizerFormatException>(() => vocabulary.ToGpt2()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_file_of_a_fast_tokenizer_is_held_to_the_same()
    {
        using var folder = new TemporaryFolder();
        var vocabulary = SmallVocabulary.Gpt2;
        var pairs = vocabulary.Merges.Split('\n')[1..^1];
        foreach (var (merges, reason) in new[] { (pairs[..^1], "cut short"), ([], "cut short"), ([.. pairs, "q r"], "no token 'qr'") })
        {
            folder.Write("tokenizer.json", JsonSerializer.Serialize(new { model = new { type = "BPE", vocab = vocabulary.Ids, merges } }));
            var refusal = Assert.Throws<TokenizerFormatException>(() => Gpt2Tokenizer.FromPretrained(folder.Path)).Message;
            Assert.Contains(folder.File("tokenizer.json"), refusal, StringComparison.Ordinal);
            Assert.Contains(reason, refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("<s>")]
    [InlineData("madeupword0000")]
    [InlineData("\u732b\u72ac")]
    public void A_token_that_no_merge_could_make_is_no_trace_of_a_cut(string token)
    {
        var vocabulary = new SmallVocabulary(["h e"], ["<|endoftext|>", token]);
        Assert.Equal([vocabulary.Ids["t"], vocabulary.Ids["he"]], vocabulary.ToGpt2().Encode("the"));
    }

    [Fact]
    public void An_added_token_needs_no_merge()
    {
        var vocabulary = new SmallVocabulary(["h e"], ["<|endoftext|>", "cat"]);
        Assert.Contains("'cat'", Assert.Throws<TokenizerFormatException>(() => vocabulary.ToGpt2()).Message, StringComparison.Ordinal);
        var options = new Gpt2TokenizerOptions();
        options.AddedTokens.Add(new("cat"));
        Assert.Equal([vocabulary.Ids["cat"]], vocabulary.ToGpt2(options).Encode("cat"));
    }

    [Fact]
    public void What_the_reference_does_not_read_of_the_file_is_not_missing()
    {
        var whole = SmallVocabulary.Gpt2;
        var header = whole.Merges[..(whole.Merges.IndexOf('\n', StringComparison.Ordinal) + 1)];
        foreach (var merges in new[] { whole.Merges[..^1], whole.Merges[header.Length..] })
        {
            var tokenizer = Gpt2Tokenizer.Create(whole.VocabularyStream, Stream(merges));
            Assert.Equal(whole.ToGpt2().Encode(" an in"), tokenizer.Encode(" an in"));
        }
    }

    private static SmallVocabulary Of(string kind) => kind switch
    {
        "gpt2" => SmallVocabulary.Gpt2,
        "roberta" => SmallVocabulary.Roberta,
        _ => SmallVocabulary.Clip,
    };

    private static string RefusalOf(string kind, SmallVocabulary vocabulary, string merges) => Assert.Throws<TokenizerFormatException>(() => _ = (TransformerTokenizer)(kind switch
    {
        "gpt2" => Gpt2Tokenizer.Create(vocabulary.VocabularyStream, Stream(merges)),
        "roberta" => RobertaTokenizer.Create(vocabulary.VocabularyStream, Stream(merges)),
        _ => ClipTokenizer.Create(vocabulary.VocabularyStream, Stream(merges)),
    })).Message;

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
