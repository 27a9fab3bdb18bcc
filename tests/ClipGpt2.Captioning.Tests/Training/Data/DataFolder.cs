using ClipGpt2.Captioning.Tests.Weights;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>A folder for the files of one test, and the error that reading one of them causes.</summary>
public abstract class DataFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected string FolderPath => _folder.Path;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string PathOf(string name) => _folder.File(name);

    protected string Write(string name, string text) => _folder.Write(name, text);

    protected string Write(string name, byte[] bytes)
    {
        var path = Write(name, "");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>The message must name the file and all that is given.</summary>
    protected static void AssertNames(Func<object?> read, params string[] named)
    {
        var error = Assert.Throws<CaptioningException>(() => _ = read());
        Assert.All(named, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }
}
