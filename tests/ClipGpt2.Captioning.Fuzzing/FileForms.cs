using System.IO.Compression;

namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>The golden files of PyTorch by their form.</summary>
internal sealed class FileForms
{
    private static readonly byte[] ZipStart = "PK"u8.ToArray();

    /// <summary>The magic number of <c>torch.save</c>'s older form, as its first pickle holds it.</summary>
    private static readonly byte[] LegacyMagic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    private readonly ILookup<string, FuzzSeed> _byForm;

    public FileForms(string golden, IReadOnlyList<string> endings) =>
        _byForm = Enumerate(Path.Combine(golden, "checkpoints"), endings).Select(path => FuzzSeed.Load(path, golden)).ToLookup(Form);

    public IReadOnlyList<FuzzSeed> Plain => [.. _byForm["plain"]];

    public IReadOnlyList<FuzzSeed> Zip => [.. _byForm["zip"]];

    public IReadOnlyList<FuzzSeed> Legacy => [.. _byForm["legacy"]];

    public IReadOnlyList<FuzzSeed> TorchScript => [.. _byForm["torchscript"]];

    public static IEnumerable<string> Enumerate(string folder, IReadOnlyList<string> endings) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => endings.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal);

    private static string Form(FuzzSeed file)
    {
        const int LongestStart = 16;
        return !file.Bytes.AsSpan().StartsWith(ZipStart) ? file.Bytes.AsSpan(0, Math.Min(file.Bytes.Length, LongestStart)).IndexOf(LegacyMagic) is >= 0 and < 4 ? "legacy" : "plain"
            : IsTorchScript(file.Bytes) ? "torchscript"
            : "zip";
    }

    private static bool IsTorchScript(byte[] bytes)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes));
            return archive.Entries.Any(entry => entry.Name == "constants.pkl");
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
