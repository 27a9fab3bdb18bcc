using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Weights;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_id_is_looked_up_in_the_cache_by_its_branch()
    {
        _folder.Write("models--org--name/refs/main", "0123abc\n");
        _folder.Write("models--org--name/snapshots/0123abc/config.json", """{"model_type":"gpt2"}""");
        using var model = ModelFolder.Open("org/name", Search());
        Assert.EndsWith(Path.Combine("snapshots", "0123abc"), model.Path, StringComparison.Ordinal);
        Assert.Equal("gpt2", model.Config.Text("model_type"));
    }

    [Fact]
    public void An_id_is_looked_up_in_the_cache_by_a_commit()
    {
        _folder.Write("models--gpt2/snapshots/0123abc/config.json", "{}");
        using var model = ModelFolder.Open("gpt2", new() { CacheFolder = _folder.Path, Revision = "0123abc" });
        Assert.NotNull(model.Find("config.json"));
        Assert.Null(model.Find("vocab.json"));
    }

    [Fact]
    public void A_model_that_is_nowhere_names_the_places_and_the_remedy()
    {
        var error = Assert.Throws<ModelNotFoundException>(() => ModelFolder.Open("org/name", Search()));
        Assert.Contains(Path.GetFullPath("org/name"), error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder.Path, "models--org--name"), error.Message, StringComparison.Ordinal);
        Assert.Contains("clipgpt2 fetch org/name", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../escape")]
    [InlineData("a/b/c")]
    [InlineData("no\0name")]
    public void What_is_neither_folder_nor_id_is_a_clear_error(string path) =>
        Assert.Throws<ModelNotFoundException>(() => ModelFolder.Open(path, Search()));

    [Fact]
    public void A_branch_name_or_a_reference_cannot_lead_out_of_the_cache()
    {
        _folder.Write("secret/config.json", "{}");
        _folder.Write("cache/models--org--name/refs/main", "../../../secret");
        var search = new ModelSearchOptions { CacheFolder = _folder.File("cache") };
        Assert.Throws<ModelNotFoundException>(() => ModelFolder.Open("org/name", search));
        search.Revision = "../../secret";
        Assert.Throws<ModelNotFoundException>(() => ModelFolder.Open("org/name", search));
    }

    [Fact]
    public void A_folder_without_configuration_is_no_model()
    {
        var error = Assert.Throws<ModelNotFoundException>(() => ModelFolder.Open(_folder.Path));
        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_a_pickle_only_says_so_when_its_weights_are_asked_for()
    {
        _folder.Write("config.json", "{}");
        _folder.Write("pytorch_model.bin", "");
        using var model = ModelFolder.Open(_folder.Path);
        var error = Assert.Throws<CheckpointFormatException>(() => model.Weights);
        Assert.Contains("pytorch_model.bin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_says_what_it_lacks()
    {
        _folder.Write("config.json", "{}");
        using var model = ModelFolder.Open(_folder.Path);
        Assert.Contains("model.safetensors", Assert.Throws<ModelNotFoundException>(() => model.Weights).Message, StringComparison.Ordinal);
    }

    private ModelSearchOptions Search() => new() { CacheFolder = _folder.Path };
}
