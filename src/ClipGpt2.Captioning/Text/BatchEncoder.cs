namespace ClipGpt2.Captioning.Text;

/// <summary>Puts rows of ids into one rectangular batch.</summary>
internal static class BatchEncoder
{
    /// <summary>Fills a batch.</summary>
    /// <param name="rows">Per row the ids of its texts; the second is null where there is one text.</param>
    /// <param name="template">The special tokens around them.</param>
    /// <param name="options">Padding and truncation.</param>
    /// <param name="modelMaxLength">The length that counts if the options don't name one.</param>
    /// <param name="padId">The id of padding.</param>
    public static TokenBatch Fill(
        IReadOnlyList<(int[] First, int[]? Second)> rows, SequenceTemplate template, BatchEncodingOptions options, int? modelMaxLength, int? padId)
    {
        var built = rows.Select(row => Build(row.First, row.Second, template, MostTokens(options, modelMaxLength), options.Truncation)).ToList();
        var longest = built.Count == 0 ? 0 : built.Max(row => row.Ids.Length);
        var batch = new TokenBatch(built.Count, options.Padding == PaddingMode.MaxLength ? Math.Max(longest, FixedLength(options, modelMaxLength)) : longest);
        for (var row = 0; row < built.Count; row++)
        {
            Write(built[row].Ids, built[row].FirstTypes, batch, row, options.PaddingSide, padId);
        }

        return batch;
    }

    private static int MostTokens(BatchEncodingOptions options, int? modelMaxLength)
    {
        if (options.MaxLength is < 1)
        {
            throw new CaptioningException($"{nameof(BatchEncodingOptions)}.{nameof(options.MaxLength)} is {options.MaxLength}; it must be at least 1.");
        }

        return options.MaxLength ?? modelMaxLength ?? int.MaxValue;
    }

    private static int FixedLength(BatchEncodingOptions options, int? modelMaxLength) => options.MaxLength ?? modelMaxLength
        ?? throw new CaptioningException($"Padding to the greatest length needs {nameof(BatchEncodingOptions)}.{nameof(options.MaxLength)}, since the tokenizer has no greatest length of its own.");

    private static (int[] Ids, int FirstTypes) Build(int[] first, int[]? second, SequenceTemplate template, int most, TruncationMode truncation)
    {
        var isPair = second is not null;
        var (firstLength, secondLength) = template.Lengths(first.Length, second?.Length ?? 0, isPair, most, truncation);
        return template.Build(first.AsSpan(0, firstLength), second.AsSpan(0, secondLength), isPair);
    }

    private static void Write(int[] ids, int firstTypes, TokenBatch batch, int row, PaddingSide side, int? padId)
    {
        var padding = batch.Length - ids.Length;
        if (padding > 0 && padId is null)
        {
            throw new CaptioningException("The tokenizer has no padding token; set PadToken in its options, or encode texts of equal length.");
        }

        var start = row * batch.Length;
        batch.IdTable.AsSpan(start, batch.Length).Fill(padId ?? 0);
        var offset = start + (side == PaddingSide.Left ? padding : 0);
        for (var i = 0; i < ids.Length; i++)
        {
            batch.IdTable[offset + i] = ids[i];
            batch.MaskTable[offset + i] = 1;
            batch.TypeTable[offset + i] = i < firstTypes ? 0 : 1;
        }
    }
}
