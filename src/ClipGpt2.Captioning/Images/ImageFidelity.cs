namespace ClipGpt2.Captioning.Images;

/// <summary>Whose view of a picture the decoder gives.</summary>
public enum ImageFidelity
{
    /// <summary>
    /// What Python sees: the pixels of Pillow's <c>Image.open(f).convert("RGB")</c>, on which CLIP's processors and the reference programs build.
    /// EXIF orientation is ignored, transparency is dropped, colour profiles and gamma aren't applied.
    /// </summary>
    Pillow,

    /// <summary>What a person sees in a viewer: turned by the EXIF orientation, transparency over white.</summary>
    Viewer,
}
