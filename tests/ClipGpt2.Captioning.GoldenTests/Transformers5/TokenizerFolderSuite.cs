using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Tokenizer folders of unusual forms, by classes of models' own and by the generic one.</summary>
/// <remarks>
/// Where we aren't as the reference, all of it refused by name rather than read otherwise: a generic class's pipeline that is none of the four tokenizers'
/// (other normalisers and pre-tokenizers, <c>ignore_merges</c>), and added tokens that must be whole words (<c>single_word</c>).
/// </remarks>
public sealed class TokenizerFolderSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["transformers5/tokenize.json"];

    protected override IReadOnlyList<string> TrackedParts => ["expected", "rows"];

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("variants").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c));

    public override void Check(GoldenCase golden)
    {
        var folder = GoldenRoot.Path(golden.Json.GetProperty("folder").GetString()!);
        var expected = golden.Expected;
        expected["class"].Informational();
        if (IsRefusedHere(folder, expected["class"].Raw.GetString() == "TokenizersBackend"))
        {
            expected.Informational();
            golden.Part("rows").Informational();
            Assert.Throws<TokenizerFormatException>(() => TransformerTokenizer.FromModelFolder(folder));
            return;
        }

        var tokenizer = TransformerTokenizer.FromModelFolder(folder);
        Assert.Equal(expected["length"].Integer(), tokenizer.VocabularySize);
        Assert.Equal(expected["model_max_length"].IsNull ? null : (int?)expected["model_max_length"].Integer(), tokenizer.ModelMaxLength);
        if (!expected["pad_token"].IsNull)
        {
            Assert.Equal(expected["pad_token"].Text(), tokenizer.TokenOf(tokenizer.PadTokenId!.Value));
        }

        var rows = golden.Part("rows").Items();
        foreach (var row in rows)
        {
            TokenizeSuite.CheckText(tokenizer, row["text"].Raw.GetString()!, row);
            row["text"].Informational();
        }

        CheckTruncation(tokenizer, expected, [.. rows.Select(row => row["text"].Raw.GetString()!)]);
    }

    /// <summary>What a file's own "truncation" and "padding" say doesn't act.</summary>
    private static void CheckTruncation(TransformerTokenizer tokenizer, Tracked expected, string[] texts)
    {
        if (expected.Find("padded") is not { } padded)
        {
            return;
        }

        // Ours pads with the end token where the reference refuses for want of a pad token.
        if (padded.Find("error") is not null)
        {
            padded.Informational();
        }
        else
        {
            padded.Informational();
            var lengths = padded.Items().Select(row => row.Raw.GetArrayLength());
            Assert.Single(lengths.Distinct());
        }

        Assert.Equal(expected["after_padded_call"].Integers(), tokenizer.Encode(texts[10]));
        Assert.Equal(expected["truncation_true_only"].Integers(), tokenizer.EncodeBatch([texts[10]], new() { Truncation = TruncationMode.LongestFirst }).IdsOf(0).ToArray().Select(id => (int)id));
    }

    private static bool IsRefusedHere(string folder, bool isGeneric)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        var root = json.RootElement;
        var model = root.GetProperty("model");
        var isWhole = root.GetProperty("added_tokens").EnumerateArray().Any(token => token.GetProperty("single_word").GetBoolean());
        var isOther = root.GetProperty("normalizer").ValueKind != JsonValueKind.Null && model.GetProperty("end_of_word_suffix").GetString() is null or "";
        var ignoresMerges = model.TryGetProperty("ignore_merges", out var ignore) && ignore.GetBoolean();
        return isWhole || (isGeneric && (isOther || ignoresMerges));
    }
}
