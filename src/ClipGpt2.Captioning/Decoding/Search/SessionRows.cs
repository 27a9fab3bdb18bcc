namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The rows of a session that belong to one image.</summary>
internal readonly struct SessionRows(IDecodingSession session, int first, int count)
{
    public int Count => count;

    /// <summary>The logits of one of the image's rows.</summary>
    public ReadOnlySpan<float> this[int row] => session.Logits(first + row);
}
