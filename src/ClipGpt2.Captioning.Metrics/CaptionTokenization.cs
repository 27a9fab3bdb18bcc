namespace ClipGpt2.Captioning.Metrics;

/// <summary>How captions become words before they are scored.</summary>
public enum CaptionTokenization
{
    /// <summary>As the COCO evaluation does it, with its defects, so that figures can be compared with published ones.</summary>
    Ptb,

    /// <summary>The same rules for each caption by itself: the order of images and references doesn't matter.</summary>
    PtbContextFree,

    /// <summary>Not at all: captions are tokens with blanks between already.</summary>
    Blanks,
}
