using System.Text.Json;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>What the hub says of a repository at a revision.</summary>
/// <param name="Commit">The revision's commit, 40 hexadecimal digits.</param>
/// <param name="Files">The names of its files, with slashes between folders.</param>
/// <param name="Unusable">The names of further files that not every system can have, such as with colons, which are left alone.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<string> Files, IReadOnlyList<string> Unusable)
{
    private const int CommitDigits = 40;

    /// <summary>Reads the answer of <c>/api/models/ID/revision/REVISION</c>.</summary>
    /// <exception cref="DownloadException">It is something else, or names files outside the repository.</exception>
    public static HubListing Parse(ReadOnlyMemory<byte> json, Uri address)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var commit = root.GetProperty("sha").GetString()!;
            var files = root.GetProperty("siblings").EnumerateArray().Select(file => file.GetProperty("rfilename").GetString()!).ToList();
            if (commit.Length != CommitDigits || !commit.All(char.IsAsciiHexDigit))
            {
                throw new DownloadException($"'{HttpSender.Shown(address)}' answers with '{commit}' for a commit; it must have {CommitDigits} hexadecimal digits.");
            }

            var strange = files.FindIndex(file => !StaysInside(file));
            return strange < 0
                ? new HubListing(commit, files.FindAll(IsUsable), files.FindAll(file => !IsUsable(file)))
                : throw new DownloadException($"'{HttpSender.Shown(address)}' lists the file '{files[strange]}', whose name could lead out of the cache; nothing is fetched.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DownloadException(
                $"'{HttpSender.Shown(address)}' doesn't answer as the hub does, with a 'sha' and 'siblings' that have an 'rfilename' each. " +
                $"Is the endpoint the hub, or a mirror of it? ({e.Message})", e);
        }
    }

    /// <summary>Whether a name stays within its folder; one that doesn't is no mistake but an attack, or the server is another.</summary>
    private static bool StaysInside(string name) => name is not null && name.Split('/', '\\').All(part => part.Trim('.', ' ').Length > 0 && !part.Any(char.IsControl));

    /// <summary>Whether every system can have a file of that name.</summary>
    private static bool IsUsable(string name) => !name.AsSpan().ContainsAny('\\', ':');
}
