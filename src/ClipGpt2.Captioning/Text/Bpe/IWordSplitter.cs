namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>Cuts text into the words inside which byte pairs are merged.</summary>
internal interface IWordSplitter
{
    /// <summary>Finds the first word at or after a position.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where to look from; on return, where the word begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>False if no word is left.</returns>
    bool Next(ReadOnlySpan<char> text, ref int start, out int end);
}
