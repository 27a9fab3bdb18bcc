namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Where a download is.</summary>
public sealed record DownloadProgress
{
    /// <summary>The file in work.</summary>
    public required string File { get; init; }

    /// <summary>How many of the file's bytes are on the disk, those of earlier runs among them. It falls where a server doesn't go on and the file begins anew.</summary>
    public required long Done { get; init; }

    /// <summary>How many bytes the file has.</summary>
    public required long Total { get; init; }

    /// <summary>As <see cref="Done"/>, of all files of the download.</summary>
    public required long AllDone { get; init; }

    /// <summary>As <see cref="Total"/>, of all files of the download.</summary>
    public required long AllTotal { get; init; }

    /// <summary>How many bytes came over the network since the download (or its resumption) began.</summary>
    public required long Received { get; init; }

    /// <summary>The time since then.</summary>
    public required TimeSpan Elapsed { get; init; }
}
