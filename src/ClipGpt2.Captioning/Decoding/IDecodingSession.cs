namespace ClipGpt2.Captioning.Decoding;

/// <summary>One running pass of a language model with its key/value cache.</summary>
/// <remarks>Belongs to one call and is used from one thread at a time, except that different rows may be read from several threads between two steps.</remarks>
public interface IDecodingSession : IDisposable
{
    /// <summary>The number of sequences that are being continued.</summary>
    int Rows { get; }

    /// <summary>The scores of all tokens to come after a row's last position.</summary>
    /// <param name="row">Less than <see cref="Rows"/>.</param>
    /// <returns>[V], readable until the next <see cref="Advance"/>.</returns>
    ReadOnlySpan<float> Logits(int row);

    /// <summary>Continues: new row i is row <c>parents[i]</c> of the step before, with <c>tokens[i]</c> appended.</summary>
    /// <param name="parents">Rows of the step before. One may be named several times (beams), in any order, or not at all (a finished image).</param>
    /// <param name="tokens">A token for each of <paramref name="parents"/>.</param>
    /// <exception cref="CaptioningException">A row or a token doesn't exist, the two lists differ in length, or the session has no steps left.</exception>
    void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens);
}
