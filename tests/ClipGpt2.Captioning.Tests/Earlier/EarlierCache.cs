using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Earlier;

/// <summary>Hugging Face's cache on disk with the two models that a checkpoint names by their ids.</summary>
internal sealed class EarlierCache : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TemporaryFolder _folder = new();

    public EarlierCache()
    {
        Add("earlier--clip", "encoder");
        Add("earlier--gpt2", "decoder");
    }

    public ModelSearchOptions Search => new() { CacheFolder = _folder.Path };

    public void Dispose() => _folder.Dispose();

    private void Add(string name, string part)
    {
        _folder.Write($"models--{name}/refs/main", Commit);
        EarlierFiles.Copy(Path.Combine(EarlierFiles.Captioner("linear_tanh"), part), _folder.File($"models--{name}/snapshots/{Commit}"));
    }
}
