namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The seam behind JPEG and WebP: what turns a file, whose header was read and judged, into pixels.</summary>
/// <remarks>Any number of threads may share one. Implementations throw <see cref="ImageDecodingException"/> for whatever is wrong with a file, and nothing else.</remarks>
internal interface IPixelCodec
{
    /// <summary>Decodes the first frame in the header's size, mode (grey, or four bytes a pixel) and orientation.</summary>
    DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header);

    /// <summary>About how many bytes a pixel decoding takes beside the result and the file.</summary>
    /// <param name="components">How many samples a pixel has.</param>
    /// <param name="inOnePass">Whether pixels are coded from the top to the bottom, as in a sequential JPEG and a lossy WebP.</param>
    int WorkingBytes(int components, bool inOnePass);
}
