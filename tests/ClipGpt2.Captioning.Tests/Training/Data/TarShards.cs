using System.Formats.Tar;
using System.Text;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>Tar files for tests.</summary>
internal static class TarShards
{
    public static byte[] Of(params (string Name, byte[] Content)[] files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return tar.ToArray();
    }

    public static byte[] Of(params (string Name, string Content)[] files) => Of([.. files.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Content)))]);
}
