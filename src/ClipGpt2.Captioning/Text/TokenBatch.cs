namespace ClipGpt2.Captioning.Text;

/// <summary>Texts as rows of ids, all equally long: what a model takes as <c>input_ids</c>, <c>attention_mask</c> and <c>token_type_ids</c>.</summary>
/// <remarks>Each table is <c>[Count, Length]</c>, row after row, 64-bit integers.</remarks>
public sealed class TokenBatch
{
    internal TokenBatch(int count, int length)
    {
        Count = count;
        Length = length;
        (IdTable, MaskTable, TypeTable) = (new long[count * length], new long[count * length], new long[count * length]);
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>The number of tokens in each row, padding included.</summary>
    public int Length { get; }

    /// <summary>The ids.</summary>
    public ReadOnlyMemory<long> Ids => IdTable;

    /// <summary>1 for a token of the text, 0 for padding.</summary>
    public ReadOnlyMemory<long> AttentionMask => MaskTable;

    /// <summary>1 for the second text of a pair where the model tells them apart (BERT), else 0.</summary>
    public ReadOnlyMemory<long> TokenTypeIds => TypeTable;

    internal long[] IdTable { get; }

    internal long[] MaskTable { get; }

    internal long[] TypeTable { get; }

    /// <summary>The ids of one row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>Its ids, padding included.</returns>
    public ReadOnlySpan<long> IdsOf(int row) => IdTable.AsSpan(row * Length, Length);
}
