using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Text;

/// <summary>Texts and CLIP's ids, by the three references that are followed.</summary>
public sealed class ClipEncodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/clip_encode.json", "tokenizers/tiny_clip_encode.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "category", "text", "expected");
        var (expected, text) = (golden.Expected, GoldenTokenizers.TextOf(golden));
        var differs = expected.Find("differs");

        // The slow tokenizer with ftfy is not offered: its results stand for the others where they agree with it.
        expected["ids"].Informational();
        CheckIds(differs?.Find("fast") ?? expected["ids"], golden, ClipFidelity.TransformersFast, text);
        CheckIds(differs?.Find("no_ftfy") ?? expected["ids"], golden, ClipFidelity.TransformersSlow, text);
        CheckOpenAI(golden, expected, differs, text);
        var tokenizer = ClipTokenizers.Load(golden, ClipFidelity.TransformersFast);
        Assert.Equal(golden.Root.GetProperty("bos_token_id").GetInt32(), tokenizer.StartOfTextId);
        Assert.Equal(golden.Root.GetProperty("eos_token_id").GetInt32(), tokenizer.EndOfTextId);
        Assert.Equal(golden.Root.GetProperty("pad_token_id").GetInt32(), tokenizer.PadTokenId);
        CheckLength(golden, differs, GoldenTokenizers.Encode(tokenizer, text).Length);
    }

    /// <summary>The length was counted with ftfy, which may have changed the text even beyond the cut: by its repairs, or by unescaping HTML.</summary>
    private static void CheckLength(GoldenCase golden, Tracked? differs, int length)
    {
        var expected = golden.Expected["n_tokens_untruncated"];
        var isWhole = expected.Raw.GetInt32() <= golden.Root.GetProperty("max_length").GetInt32();
        var isSame = golden.Expected.Find("ftfy_fix_text") is null && !GoldenTokenizers.TextOf(golden).Contains('&', StringComparison.Ordinal);
        if (differs?.Find("fast") is null && (isWhole || isSame))
        {
            Assert.Equal(expected.Integer(), length);
        }
        else
        {
            expected.Informational();
        }
    }

    /// <summary>OpenAI's code repairs the text by ftfy, which is not offered, and goes on as this library does.</summary>
    private static void CheckOpenAI(GoldenCase golden, Tracked expected, Tracked? differs, string text)
    {
        var repaired = expected.Find("ftfy_fix_text");
        if (!ClipTokenizers.HasOpenAI(golden.Root) || repaired?.Kind == JsonValueKind.True)
        {
            // OpenAI's code knows only its own vocabulary; what ftfy makes of long texts is left out of the file.
            golden.PassOverIfThere("expected", "ftfy_fix_text");
            return;
        }

        CheckIds(differs?.Find("openai") ?? expected["ids"], golden, ClipFidelity.OpenAI, repaired?.Raw.GetString() ?? text);
        golden.PassOverIfThere("expected", "ftfy_fix_text");
    }

    private static void CheckIds(Tracked expected, GoldenCase golden, ClipFidelity fidelity, string text)
    {
        Assert.True(golden.Root.GetProperty("truncation").GetBoolean());
        var options = new BatchEncodingOptions { Truncation = TruncationMode.LongestFirst, MaxLength = golden.Root.GetProperty("max_length").GetInt32() };
        var batch = ClipTokenizers.Load(golden, fidelity).EncodeBatch([text], options);
        GoldenTokenizers.CheckTable(expected, batch, batch.Ids);
    }
}

/// <summary>Texts that CLIP's tokenizers pad and truncate.</summary>
public sealed class ClipPaddingSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/clip_padding.json", "tokenizers/tiny_clip_padding.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "text", "texts", "padding", "truncation", "max_length", "call", "expected");
        if (golden.Json.TryGetProperty("call", out var call))
        {
            Assert.Equal("clip.tokenize(text)", call.GetString());
            CheckRefusal(golden);
            return;
        }

        var (expected, differs) = (golden.Expected, golden.Expected.Find("differs"));
        if (differs?.Find("fast") is { } fast)
        {
            // Of the tokenizer that is not offered: the slow one with ftfy.
            expected.Find("attention_mask")?.Informational();
            expected["input_ids"].Informational();
            CheckIds(fast, golden, ClipFidelity.TransformersFast);
        }
        else
        {
            var batch = Encode(golden, ClipFidelity.TransformersFast);
            Assert.Equal(golden.Root.GetProperty("pad_token_id").GetInt32(), ClipTokenizers.Load(golden, ClipFidelity.TransformersFast).PadTokenId);
            GoldenTokenizers.CheckTable(expected["input_ids"], batch, batch.Ids);
            if (expected.Find("attention_mask") is { } mask)
            {
                GoldenTokenizers.CheckTable(mask, batch, batch.AttentionMask);
            }
        }

        CheckIds(differs?.Find("no_ftfy") ?? expected["input_ids"], golden, ClipFidelity.TransformersSlow);
        if (expected.Find("openai_tokenize_truncate") is { } openAI)
        {
            CheckOpenAI(openAI, golden);
        }
    }

    private static void CheckOpenAI(Tracked expected, GoldenCase golden)
    {
        var options = new BatchEncodingOptions { Padding = PaddingMode.MaxLength, Truncation = TruncationMode.LongestFirst };
        var repaired = ClipTokenizers.RepairedText(Document(golden.File.Replace("_padding", "_encode", StringComparison.Ordinal)), GoldenTokenizers.TextOf(golden));
        var batch = ClipTokenizers.Load(golden, ClipFidelity.OpenAI).EncodeBatch([repaired], options);
        GoldenTokenizers.CheckTable(expected, batch, batch.Ids);
    }

    private static void CheckRefusal(GoldenCase golden)
    {
        Assert.Equal("RuntimeError", golden.Expected["error"].Text());
        var options = new BatchEncodingOptions { Padding = PaddingMode.MaxLength, Truncation = TruncationMode.Refuse };
        var refusal = Assert.Throws<CaptioningException>(() => ClipTokenizers.Load(golden, ClipFidelity.OpenAI).EncodeBatch([GoldenTokenizers.TextOf(golden)], options));
        Assert.Contains(golden.Expected["message_contains"].Text(), refusal.Message, StringComparison.Ordinal);
    }

    private static void CheckIds(Tracked expected, GoldenCase golden, ClipFidelity fidelity)
    {
        var batch = Encode(golden, fidelity);
        GoldenTokenizers.CheckTable(expected, batch, batch.Ids);
    }

    private static TokenBatch Encode(GoldenCase golden, ClipFidelity fidelity) =>
        GoldenTokenizers.EncodeBatch(ClipTokenizers.Load(golden, fidelity), golden.Json, new Tracked(golden.Json, golden.Reads, "options"));
}

/// <summary>Ids and the text that CLIP's tokenizers make of them.</summary>
public sealed class ClipDecodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/clip_decode.json", "tokenizers/tiny_clip_decode.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "ids", "expected");
        var (expected, ids) = (golden.Expected, GoldenTokenizers.IdsOf(golden));
        var tokenizer = ClipTokenizers.Load(golden, ClipFidelity.TransformersFast);
        Assert.Equal(expected["keep"].Text(), tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal(expected["skip"].Text(), tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(expected["keep_cleanup"].Text(), tokenizer.Decode(ids, skipSpecialTokens: false, cleanUpSpaces: true));
        Assert.Equal(expected["skip_cleanup"].Text(), tokenizer.Decode(ids, skipSpecialTokens: true, cleanUpSpaces: true));
        if (expected.Find("openai") is { } openAI)
        {
            Assert.Equal(openAI.Text(), ClipTokenizers.Load(golden, ClipFidelity.OpenAI).Decode(ids));
        }
    }
}

/// <summary>CLIP's tokenizers by the reference that they follow.</summary>
internal static class ClipTokenizers
{
    public static ClipTokenizer Load(GoldenCase golden, ClipFidelity fidelity) =>
        GoldenTokenizers.Load(golden, fidelity.ToString(), folder => ClipTokenizer.FromPretrained(folder, options => options.Fidelity = fidelity));

    /// <summary>Whether OpenAI's code was asked when the file was made: it has one vocabulary.</summary>
    public static bool HasOpenAI(JsonElement root) =>
        root.GetProperty("cases").EnumerateArray().Any(c => c.GetProperty("expected").TryGetProperty("differs", out var differs) && differs.TryGetProperty("openai", out _));

    /// <summary>What ftfy makes of a text, as the file of encoded texts says.</summary>
    public static string RepairedText(JsonElement encodeFile, string text) => encodeFile.GetProperty("cases").EnumerateArray()
        .Where(c => c.GetProperty("text").GetString() == text && c.GetProperty("expected").TryGetProperty("ftfy_fix_text", out var fixedText) && fixedText.ValueKind == JsonValueKind.String)
        .Select(c => c.GetProperty("expected").GetProperty("ftfy_fix_text").GetString()!)
        .FirstOrDefault(text);
}
