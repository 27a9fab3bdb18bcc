using System.IO.Compression;
using System.Text;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// Wraps TorchScript source in the archive that <c>torch.jit.load</c> reads, so that operators for which TorchSharp has no method can be called.
/// </summary>
internal static class TorchScriptArchive
{
    /// <summary>Builds an archive whose module is of the class <c>Ops</c>, which the source defines without parameters.</summary>
    public static byte[] Create(string source)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "data.pkl", ModulePickle());
            Add(zip, "code/__torch__.py", Encoding.UTF8.GetBytes(source));
            Add(zip, "constants.pkl", [0x80, 2, (byte)')', (byte)'.']); // an empty tuple
            Add(zip, "version", "3\n"u8);
            Add(zip, "byteorder", "little"u8);
        }

        return bytes.ToArray();
    }

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> content)
    {
        using var entry = zip.CreateEntry("ops/" + name, CompressionLevel.NoCompression).Open();
        entry.Write(content);
    }

    /// <summary>The pickle of one <c>Ops</c> object with the two attributes that every module has.</summary>
    private static byte[] ModulePickle()
    {
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 2]);                    // protocol 2
        pickle.Write("c__torch__\nOps\n)"u8);     // the class, no arguments
        pickle.WriteByte(0x81);                     // NEWOBJ
        pickle.Write("}("u8);
        WriteText(pickle, "training");
        pickle.WriteByte(0x89);                     // False
        WriteText(pickle, "_is_full_backward_hook");
        pickle.Write("Nub."u8);                     // None, into the dictionary, into the object
        return pickle.ToArray();
    }

    private static void WriteText(MemoryStream pickle, string text)
    {
        pickle.WriteByte((byte)'X');
        pickle.Write(BitConverter.GetBytes(text.Length));
        pickle.Write(Encoding.ASCII.GetBytes(text));
    }
}
