using System.Collections.Concurrent;
using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Text;

/// <summary>The tokenizers that the golden files name, loaded once, and what their suites share.</summary>
internal static class GoldenTokenizers
{
    private static readonly ConcurrentDictionary<(string Folder, string Variant), TransformerTokenizer> Loaded = new();

    /// <summary>The tokenizer of the file that a case is in.</summary>
    /// <param name="golden">The case.</param>
    /// <param name="variant">What tells this one from others of the same folder.</param>
    /// <param name="load">Loads it from its folder.</param>
    public static T Load<T>(GoldenCase golden, string variant, Func<string, T> load)
        where T : TransformerTokenizer
    {
        var folder = golden.Root.GetProperty("tokenizer").GetString()!;
        return (T)Loaded.GetOrAdd((folder, variant), _ => load(GoldenRoot.Path(folder)));
    }

    public static string TextOf(GoldenCase golden) => golden.Json.GetProperty("text").GetString()!;

    public static int[] IdsOf(GoldenCase golden) => [.. golden.Json.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

    /// <summary>Fails if a case holds something that the suite doesn't know.</summary>
    public static void AssertKnown(JsonElement json, params string[] known) =>
        Assert.All(json.EnumerateObject(), member => Assert.Contains(member.Name, known));

    /// <summary>The ids of a text by both ways in: this library's and the tokenizer library's.</summary>
    public static int[] Encode(TransformerTokenizer tokenizer, string text)
    {
        var ids = tokenizer.Encode(text);
        var tokens = tokenizer.EncodeToTokens(text, out var normalized);
        Assert.Equal(ids, tokenizer.EncodeToIds(text));
        Assert.Equal(ids, tokens.Select(token => token.Id));
        Assert.All(tokens, token => Assert.True(token.Offset.Start.Value <= token.Offset.End.Value && token.Offset.End.Value <= normalized!.Length));
        return ids;
    }

    /// <summary>Encodes the text, the pair or the texts of a case as its options say.</summary>
    public static TokenBatch EncodeBatch(TransformerTokenizer tokenizer, JsonElement json, Tracked options)
    {
        var batchOptions = ReadOptions(options);
        if (json.TryGetProperty("texts", out var texts))
        {
            return tokenizer.EncodeBatch([.. texts.EnumerateArray().Select(text => text.GetString()!)], batchOptions);
        }

        var text = json.GetProperty("text").GetString()!;
        return json.TryGetProperty("text_pair", out var second)
            ? tokenizer.EncodePairs([(text, second.GetString()!)], batchOptions)
            : tokenizer.EncodeBatch([text], batchOptions);
    }

    public static void CheckBatch(Tracked expected, TokenBatch batch, bool hasTypes)
    {
        CheckTable(expected["input_ids"], batch, batch.Ids);
        CheckTable(expected["attention_mask"], batch, batch.AttentionMask);
        if (hasTypes)
        {
            CheckTable(expected["token_type_ids"], batch, batch.TokenTypeIds);
        }
    }

    /// <summary>A row, or a list of rows.</summary>
    public static void CheckTable(Tracked expected, TokenBatch batch, ReadOnlyMemory<long> table)
    {
        var rows = expected.Raw.EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.Array ? expected.Items() : [expected];
        Assert.Equal(rows.Count, batch.Count);
        for (var row = 0; row < rows.Count; row++)
        {
            Assert.Equal(rows[row].Integers().Select(id => (long)id), table.Slice(row * batch.Length, batch.Length).ToArray());
        }
    }

    private static BatchEncodingOptions ReadOptions(Tracked options) => new()
    {
        Padding = ChoiceOf(options.Find("padding")) switch
        {
            // One text is never padded to the longest, so that no padding is the same.
            "false" or "true" or "longest" => PaddingMode.Longest,
            "max_length" => PaddingMode.MaxLength,
            var other => throw new ArgumentException($"Unknown padding '{other}'."),
        },
        PaddingSide = options.Find("padding_side")?.Text() switch
        {
            null or "right" => PaddingSide.Right,
            "left" => PaddingSide.Left,
            var other => throw new ArgumentException($"Unknown padding side '{other}'."),
        },
        Truncation = ChoiceOf(options.Find("truncation")) switch
        {
            "false" => TruncationMode.None,
            "true" or "longest_first" => TruncationMode.LongestFirst,
            "only_first" => TruncationMode.OnlyFirst,
            "only_second" => TruncationMode.OnlySecond,
            var other => throw new ArgumentException($"Unknown truncation '{other}'."),
        },
        MaxLength = (int?)options.Find("max_length")?.IntegerOrNull(),
        AddSpecialTokens = options.Find("add_special_tokens")?.Flag() ?? true,
    };

    /// <summary>A choice that Python code may give as true, false or a name.</summary>
    private static string ChoiceOf(Tracked? choice) => choice?.Kind switch
    {
        null => "false",
        JsonValueKind.Null when choice.IsNull => "false",
        JsonValueKind.String => choice.Text(),
        _ => choice.Flag() ? "true" : "false",
    };
}
