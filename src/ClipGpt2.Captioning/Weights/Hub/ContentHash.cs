using System.Security.Cryptography;
using System.Text;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>What a file's content must hash to: the hub's entity tags, which name the blobs in the cache too.</summary>
/// <param name="Hex">64 hexadecimal digits for a large file: its SHA-256. 40 for a small one, which lies in git: the SHA-1 of git's blob.</param>
internal sealed record ContentHash(string Hex)
{
    private const int Sha1Digits = 40;
    private const int Sha256Digits = 64;

    /// <summary>The hash that an entity tag is; null if it isn't one.</summary>
    public static ContentHash? Parse(string? entityTag)
    {
        var hex = entityTag?.Trim();
        hex = (hex?.StartsWith("W/", StringComparison.Ordinal) == true ? hex[2..] : hex)?.Trim('"');
        return hex?.Length is Sha1Digits or Sha256Digits && hex.All(char.IsAsciiHexDigit) ? new ContentHash(hex) : null;
    }

    /// <summary>Begins to hash a content.</summary>
    /// <param name="size">How many bytes it has; git hashes them with their number in front.</param>
    public IncrementalHash Begin(long size)
    {
        if (Hex.Length == Sha256Digits)
        {
            return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }

        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {size}\0"));
        return hash;
    }
}
