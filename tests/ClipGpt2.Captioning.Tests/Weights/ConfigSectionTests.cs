using System.Text;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Weights;

public sealed class ConfigSectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fields_are_read_by_their_kind_and_null_counts_as_absent()
    {
        var config = Read("""{"n":3,"whole":512.0,"x":0.5,"t":"gelu","f":true,"none":null,"list":[1,2],"one":7,"inner":{"n":4}}""");
        Assert.Equal(3, config.Int("n"));
        Assert.Equal(512, config.Int("whole"));
        Assert.Equal(9, config.Int("none", 9));
        Assert.False(config.Has("none"));
        Assert.Equal(0.5, config.Number("x", 1));
        Assert.Equal("gelu", config.Text("t"));
        Assert.True(config.Flag("f", false));
        Assert.Equal([1, 2], config.Ints("list"));
        Assert.Equal([7], config.Ints("one"));
        Assert.Equal(4, config.Section("inner").Int("n"));
        Assert.Null(config.FindSection("outer"));
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("\"openai\"")]
    [InlineData("\"\"")]
    public void A_name_is_one_of_those_that_there_are_and_not_its_number(string value)
    {
        Assert.Equal(ImageTransform.OpenAi, Read("""{"transform":"OpenAi"}""").Name<ImageTransform>("transform"));
        var error = Assert.Throws<CheckpointFormatException>(() => Read($$"""{"transform":{{value}}}""").Name<ImageTransform>("transform"));
        Assert.Contains($"$.transform must be one of {string.Join(", ", Enum.GetNames<ImageTransform>())}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_names_the_file_and_the_path_of_the_field()
    {
        var config = Read("""{"vision_config":{"hidden_size":"wide"}}""");
        var error = Assert.Throws<CheckpointFormatException>(() => config.Section("vision_config").Int("hidden_size"));
        Assert.Contains($"'{config.File}': $.vision_config.hidden_size must be a 32-bit integer, and is \"wide\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"n":1.5}""")]
    [InlineData("""{"n":1e99}""")]
    [InlineData("""{"n":1e999}""")]
    [InlineData("""{"n":[]}""")]
    [InlineData("""{"m":1}""")]
    public void What_is_no_integer_is_refused(string json) => Assert.Throws<CheckpointFormatException>(() => Read(json).Int("n"));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"a\":1} x")]
    public void What_is_no_object_is_refused(string json) => Assert.Throws<CheckpointFormatException>(() => Read(json));

    [Fact]
    public void Broken_text_and_endless_nesting_are_refused()
    {
        Assert.Throws<CheckpointFormatException>(() => Read("""{"t":"\ud800"}"""));
        Assert.Throws<CheckpointFormatException>(() => Read("""{"\ud800":1}"""));
        Assert.Throws<CheckpointFormatException>(() => Read("{\"t\":\"\u00ff\"}", Encoding.Latin1));
        Assert.Throws<CheckpointFormatException>(() => Read(new string('[', 100_000)));
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.Equal(1, Read("\uFEFF{\"n\":1}").Int("n"));

    private ConfigSection Read(string json, Encoding? encoding = null)
    {
        File.WriteAllBytes(_folder.File("config.json"), (encoding ?? Encoding.UTF8).GetBytes(json));
        return ConfigSection.Load(_folder.File("config.json"));
    }
}
