namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>What becomes of a caption without a word.</summary>
internal static class EmptyCaption
{
    /// <summary>Whether a caption is to be left out.</summary>
    /// <param name="caption">The caption.</param>
    /// <param name="policy">What empty captions do.</param>
    /// <param name="wrong">Makes the error.</param>
    /// <exception cref="CaptioningException">It is empty, and that is an error.</exception>
    public static bool IsSkipped(string caption, EmptyCaptionPolicy policy, Func<string, CaptioningException> wrong)
    {
        if (policy == EmptyCaptionPolicy.Keep || !string.IsNullOrWhiteSpace(caption))
        {
            return false;
        }

        return policy == EmptyCaptionPolicy.Skip ? true : throw wrong($"is empty; give a caption, or set {nameof(CaptionDatasetOptions.EmptyCaptions)} to {nameof(EmptyCaptionPolicy.Skip)}");
    }
}
