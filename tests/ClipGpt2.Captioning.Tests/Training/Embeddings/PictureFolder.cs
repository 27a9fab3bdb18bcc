using ClipGpt2.Captioning.Tests.Images;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>Small pictures in files, each of another colour, and a place for a store of them.</summary>
internal sealed class PictureFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PictureFolder(int count)
    {
        Files = [.. Enumerable.Range(0, count).Select(i => _folder.File($"{i:D3}.png"))];
        for (var i = 0; i < count; i++)
        {
            Paint(i, i);
        }
    }

    public IReadOnlyList<string> Files { get; }

    /// <summary>The pictures by their ids, <c>id 0</c> and so on.</summary>
    public IReadOnlyList<KeyValuePair<string, ImageSource>> Images => [.. Files.Select((file, i) => new KeyValuePair<string, ImageSource>($"id {i}", file))];

    public string Path => _folder.Path;

    public string Store => _folder.File("store");

    public string StoreFile(string name) => System.IO.Path.Combine(Store, name);

    /// <summary>Another folder for a store of the same pictures.</summary>
    public string OtherStore(string name) => _folder.File(name);

    /// <summary>Writes a picture of a colour; colours differ for numbers up to 65535.</summary>
    public void Paint(int index, int colour)
    {
        byte[] pixel = [(byte)colour, (byte)(colour >> 8), (byte)(255 - colour)];
        File.WriteAllBytes(Files[index], Encoded.Png(2, 2, 8, 2, [[.. pixel, .. pixel], [.. pixel, .. pixel]]));
    }

    /// <summary>An example of each picture.</summary>
    public CaptionExample Example(int index) =>
        new() { ImageId = $"id {index}", Caption = $"caption {index}", Image = Files[index], Location = $"captions.json: [{index}]" };

    public void Dispose() => _folder.Dispose();
}
