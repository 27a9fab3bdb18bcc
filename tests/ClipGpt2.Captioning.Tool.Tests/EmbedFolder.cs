using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>Scenes, a file of captions of them in the reference program's form, and places for stores; embedded by the golden tiny CLIP.</summary>
internal sealed class EmbedFolder : IDisposable
{
    private static readonly string[] CaptionsOfEach = ["A shape.", "Two shapes."];

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    /// <param name="copies">How many times each scene is there, under another path each.</param>
    public EmbedFolder(int copies = 1)
    {
        var scenes = Directory.EnumerateFiles(Golden.File("scenes"), "*.jpg").Order(StringComparer.Ordinal).ToList();
        Pictures = [.. Enumerable.Range(0, copies).SelectMany(copy => scenes.Select(scene => Path.Combine(_folder, $"pictures-{copy}", Path.GetFileName(scene))))];
        for (var i = 0; i < Pictures.Count; i++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Pictures[i])!);
            File.Copy(scenes[i % scenes.Count], Pictures[i]);
        }

        File.WriteAllBytes(Captions, JsonSerializer.SerializeToUtf8Bytes(Pictures.SelectMany(picture => CaptionsOfEach.Select(caption => new { image = picture, caption }))));
    }

    public static string Model { get; } = Golden.File("models/tiny-clip");

    public IReadOnlyList<string> Pictures { get; }

    public string Captions => Path.Combine(_folder, "captions.json");

    public string Store(string name = "store") => Path.Combine(_folder, name);

    /// <summary>The command line of an embedding.</summary>
    public string[] Arguments(string store, params string[] further) => ["embed", "--encoder", Model, "--captions", Captions, "--out", Store(store), .. further];

    /// <summary>A store's files but the lock.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Files(string store) =>
        [.. Directory.GetFiles(Store(store)).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
