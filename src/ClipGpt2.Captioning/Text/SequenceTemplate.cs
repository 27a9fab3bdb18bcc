namespace ClipGpt2.Captioning.Text;

/// <summary>The special tokens around a text, and between and around the texts of a pair; truncation leaves them whole.</summary>
/// <param name="Before">What stands before the first text.</param>
/// <param name="Between">What stands between the texts of a pair.</param>
/// <param name="After">What stands at the end.</param>
/// <param name="MarksSecond">Whether the second text, with what follows it, has token type 1.</param>
/// <remarks>Source: <c>prepare_for_model</c> and <c>truncate_sequences</c> of transformers' <c>tokenization_utils_base.py</c>.</remarks>
internal sealed record SequenceTemplate(int[] Before, int[] Between, int[] After, bool MarksSecond = false)
{
    public static SequenceTemplate None { get; } = new([], [], []);

    /// <summary>One row: ids, and how many of them have token type 0.</summary>
    public (int[] Ids, int FirstTypes) Build(ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool isPair) => isPair
        ? ([.. Before, .. first, .. Between, .. second, .. After], MarksSecond ? Before.Length + first.Length + Between.Length : int.MaxValue)
        : ([.. Before, .. first, .. After], int.MaxValue);

    /// <summary>Cuts the texts of a row so that it isn't longer than a number of tokens.</summary>
    public (int First, int Second) Lengths(int first, int second, bool isPair, int most, TruncationMode mode)
    {
        var total = first + second + Before.Length + After.Length + (isPair ? Between.Length : 0);
        var excess = total - most;
        if (excess <= 0 || mode == TruncationMode.None)
        {
            return (first, second);
        }

        return mode switch
        {
            TruncationMode.Refuse => throw new CaptioningException($"A text of {total} tokens is too long for context length {most}; shorten it or choose another {nameof(TruncationMode)}."),
            TruncationMode.LongestFirst when isPair => CutLongest(first, second, excess),
            TruncationMode.LongestFirst or TruncationMode.OnlyFirst => (Math.Max(0, first - excess), second),
            // The reference leaves a pair alone whose second text isn't long enough to lose what is too much.
            _ => (first, second > excess ? second - excess : second),
        };
    }

    private static (int First, int Second) CutLongest(int first, int second, int excess)
    {
        var fromLonger = Math.Min(Math.Abs(first - second), excess);
        var rest = excess - fromLonger;
        var (fewer, more) = (rest / 2, rest - (rest / 2));
        var (cutFirst, cutSecond) = first > second ? (fromLonger + fewer, more) : (fewer, fromLonger + more);
        return (Math.Max(0, first - cutFirst), Math.Max(0, second - cutSecond));
    }
}
