namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>A file on a server.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="Hash">What they hash to; null if nobody says it.</param>
/// <param name="EntityTag">The tag of the version that is meant, by which the server that gives the bytes tells it from others; null if that server gives none.</param>
internal sealed record RemoteFile(string Name, Uri Address, long Size, ContentHash? Hash, string? EntityTag)
{
    /// <summary>Whether bytes of another answer can be told from those of this version.</summary>
    public bool CanResume => Hash is not null || EntityTag is not null;
}
