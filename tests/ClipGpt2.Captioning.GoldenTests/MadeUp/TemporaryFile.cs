namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>A file that is there for one test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(byte[] content, string ending = "")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"clipgpt2-{Guid.NewGuid():N}{ending}");
        File.WriteAllBytes(Path, content);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
