using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>A picture of a data set as a check sees it.</summary>
/// <param name="first">The first example that has it.</param>
/// <param name="index">That example's index.</param>
internal sealed class InventoryImage(CaptionExample first, long index)
{
    // The picture may hold its bytes: it goes once it was looked at.
    private CaptionExample? _first = first;
    private CaptionDatasetProblem? _problem;

    /// <summary>How many examples have it.</summary>
    public int Examples { get; set; } = 1;

    /// <summary>What was wrong with it; null for nothing.</summary>
    public CaptionDatasetProblem? Problem => _problem is null ? null : _problem with { Examples = Examples };

    /// <summary>Looks for the picture's file and, if that is asked for, decodes it.</summary>
    public void Look(CaptionDatasetCheckOptions options)
    {
        if (Fault(_first!, options) is var (kind, message))
        {
            _problem = new() { Kind = kind, Index = index, ImageId = _first!.ImageId, Location = _first.Location, Message = message, Examples = 1 };
        }

        _first = null;
    }

    private static (CaptionDatasetProblemKind Kind, string Message)? Fault(CaptionExample example, CaptionDatasetCheckOptions options) => example switch
    {
        { Embedding: not null } => null, // needs no picture
        { Image: null } => (CaptionDatasetProblemKind.NoImage, "the example has neither a picture nor an embedding"),
        { Image.FilePath: { } path } when !File.Exists(path) => (CaptionDatasetProblemKind.MissingImage, $"there is no file '{path}'"),
        _ => options.DecodeImages ? DecodingFault(example.Image, options) : null,
    };

    private static (CaptionDatasetProblemKind, string)? DecodingFault(ImageSource image, CaptionDatasetCheckOptions options)
    {
        try
        {
            using var decoded = image.Decode(options.ImageDecoder, options.ImageDecoding);
            return null;
        }
        catch (CaptioningException e)
        {
            return (CaptionDatasetProblemKind.BrokenImage, e.Message);
        }
    }
}
