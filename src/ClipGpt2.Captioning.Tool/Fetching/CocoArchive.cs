namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>An archive of COCO 2014 on its publisher's server, and what is wanted of it.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Path">Its path on the server.</param>
/// <param name="Wanted">The files that are wanted; one that ends in a slash stands for all in a folder.</param>
internal sealed record CocoArchive(string Name, string Path, IReadOnlyList<string> Wanted)
{
    /// <summary>The address that the publisher names; it is plain http.</summary>
    public static readonly Uri Server = new("http://images.cocodataset.org");

    public static readonly IReadOnlyList<CocoArchive> All =
    [
        new("coco2014-captions", "annotations/annotations_trainval2014.zip", ["annotations/captions_train2014.json", "annotations/captions_val2014.json"]),
        new("coco2014-train-images", "zips/train2014.zip", ["train2014/"]),
        new("coco2014-val-images", "zips/val2014.zip", ["val2014/"]),
    ];

    /// <summary>The archive's own name.</summary>
    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];

    public bool IsWanted(string entry) => Wanted.Any(wanted => wanted.EndsWith('/') ? entry.StartsWith(wanted, StringComparison.Ordinal) && !entry.EndsWith('/') : entry == wanted);
}
