using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

/// <summary>When nothing may be sent, nothing is, and what is missing is told.</summary>
public sealed class OfflineTests : IDisposable
{
    private readonly FetchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_that_was_fetched_is_found()
    {
        var fetched = await _folder.FetchAsync();
        var before = _folder.Hub.Requests.Count;
        var found = await Offline();
        Assert.Equal((fetched.Folder, fetched.Commit, 0L), (found.Folder, found.Commit, found.DownloadedBytes));
        Assert.Equal(fetched.Files, found.Files);
        Assert.Equal(before, _folder.Hub.Requests.Count);
    }

    [Fact]
    public async Task A_model_that_was_not_fetched_says_how_to_get_it()
    {
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => Offline());
        Assert.Contains("HF_HUB_OFFLINE", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Cache, error.Message, StringComparison.Ordinal);
        Assert.Contains($"clipgpt2 fetch {FakeHub.Id}", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Hub.Requests);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData(FetchFolder.Weights)]
    public async Task A_model_of_which_something_is_missing_says_what(string name)
    {
        await _folder.FetchAsync();
        File.Delete(_folder.Blob(name));
        Assert.Contains(name, (await Assert.ThrowsAsync<ModelNotFoundException>(() => Offline())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revision_that_was_not_fetched_is_named_in_the_command()
    {
        await _folder.FetchAsync();
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => Offline(new() { Revision = "v2" }));
        Assert.Contains($"clipgpt2 fetch {FakeHub.Id} --revision v2", error.Message, StringComparison.Ordinal);
    }

    private Task<HubModel> Offline(HubFetchOptions? files = null)
    {
        var options = _folder.Options();
        options.Offline = true;
        return _folder.FetchAsync(options, files);
    }
}
