namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>Embedding stores from the shell.</summary>
public sealed class EmbedTests : IDisposable
{
    private readonly EmbedFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_data_sets_pictures_are_embedded_once_and_the_store_is_whole_and_fresh()
    {
        var built = await Embed("--verbose");
        Assert.True(built.ExitCode == 0, built.Error);
        Assert.Contains("60 images of 48 numbers", built.Output, StringComparison.Ordinal);
        Assert.Contains("60 of 60 images", built.Error, StringComparison.Ordinal);
        Assert.Contains("images/s", built.Error, StringComparison.Ordinal);
        Assert.Equal(["embeddings.safetensors", "images.jsonl"], _folder.Files("store").Select(f => f.Name));

        var check = await Embed("--check");
        Assert.True(check.ExitCode == 0, check.Error);
        Assert.Contains("whole and fresh", check.Output, StringComparison.Ordinal);

        var again = await Embed();
        Assert.Contains("up to date", again.Output, StringComparison.Ordinal);
        Assert.Empty(again.Error);
    }

    [Fact]
    public async Task The_store_is_a_safetensors_file_that_says_what_it_is()
    {
        Assert.Empty((await Embed("--precision", "float16", "--image-size", "80", "48")).Error);
        var run = await ClipGpt2Process.Run("inspect", Path.Combine(_folder.Store(), "embeddings.safetensors"), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.All(
            ["\"F16\"", "clipgpt2.embeddings", "tiny-clip", "\\\"squash\\\":{\\\"height\\\":48,\\\"width\\\":80}"],
            text => Assert.Contains(text, run.Output.Replace("\\u0022", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Patches_are_kept_as_sequences_in_shards()
    {
        var built = await Embed("--features", "patches", "--verbose");
        Assert.True(built.ExitCode == 0, built.Error);
        Assert.Matches(@"60 images of \d+ x \d+ numbers", built.Output);
        Assert.Matches(@"Embedding 60 image\(s\) as \[B, \d+, \d+\], \d+ kB each: the store will take \d+ kB", built.Error);
        Assert.Equal(["embeddings-00001-of-00001.safetensors", "embeddings.index.json", "images.jsonl"], _folder.Files("store").Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(0, (await Embed("--features", "patches", "--check")).ExitCode);
        var vectors = await Embed();
        Assert.True(vectors.ExitCode == 0, vectors.Error);
        Assert.Equal(["embeddings.safetensors", "images.jsonl"], _folder.Files("store").Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("coco.json", """{"images":[{"id":1,"file_name":"NAME"}],"annotations":[{"image_id":1,"id":1,"caption":""}]}""")]
    [InlineData("karpathy.json", """{"images":[{"filename":"NAME","split":"test","sentences":[{"raw":"A shape."}]},{"filename":"x.jpg","split":"train","sentences":[{"raw":"x"}]}],"dataset":"coco"}""")]
    [InlineData("lines.jsonl", """{"image":"NAME","captions":["A shape.","Two shapes."]}""")]
    [InlineData("table.csv", "caption,image\nA shape.,NAME\n")]
    public async Task Every_form_of_captions_is_taken(string file, string content)
    {
        var captions = _folder.Store(file);
        var picture = _folder.Pictures[5];
        File.WriteAllText(captions, content.Replace("NAME", Path.GetFileName(picture), StringComparison.Ordinal));
        var run = await ClipGpt2Process.Run(
            "embed", "--encoder", EmbedFolder.Model, "--captions", captions, "--out", _folder.Store(), "--images", Path.GetDirectoryName(picture)!, "--splits", "test");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("1 images of 48 numbers", run.Output, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(picture), File.ReadAllText(Path.Combine(_folder.Store(), "images.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_pictures_and_texts_is_taken_and_tar_shards_are_refused()
    {
        var pictures = Path.GetDirectoryName(_folder.Pictures[0])!;
        foreach (var picture in _folder.Pictures)
        {
            File.WriteAllText(Path.ChangeExtension(picture, ".txt"), "A shape.");
        }

        var run = await ClipGpt2Process.Run("embed", "--encoder", EmbedFolder.Model, "--captions", pictures, "--out", _folder.Store());
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("60 images", run.Output, StringComparison.Ordinal);

        var shards = await ClipGpt2Process.Run("embed", "--encoder", EmbedFolder.Model, "--captions", "shards-{0..1}.tar", "--out", _folder.Store("tar"));
        Assert.Equal(1, shards.ExitCode);
        Assert.Contains("tar_shards", Assert.Single(shards.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_says_what_is_stale()
    {
        await Embed();
        var squashed = await Embed("--check", "--image-size", "64", "64");
        Assert.Equal(1, squashed.ExitCode);
        Assert.Contains("preprocessing.squash", squashed.Error, StringComparison.Ordinal);

        File.WriteAllBytes(_folder.Pictures[7], File.ReadAllBytes(_folder.Pictures[8]));
        var changed = await Embed("--check");
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains(_folder.Pictures[7], changed.Error, StringComparison.Ordinal);

        Assert.Equal(0, (await Embed()).ExitCode);
        Assert.Equal(0, (await Embed("--check")).ExitCode);
    }

    [Fact]
    public async Task A_store_of_pictures_with_their_proportions_is_another_than_one_of_squashed_ones()
    {
        await Embed("--keep-aspect");
        Assert.Equal(0, (await Embed("--check", "--keep-aspect")).ExitCode);
        var squashed = await Embed("--check");
        Assert.Equal(1, squashed.ExitCode);
        Assert.Contains("preprocessing.squash", squashed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_names_pictures_that_the_store_lacks()
    {
        await Embed();
        File.WriteAllText(_folder.Captions, """[{"image":"another.jpg","caption":"x"}]""");
        var run = await Embed("--check");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("another.jpg", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_pictures_are_listed_a_line_each_or_skipped()
    {
        File.Delete(_folder.Pictures[3]);
        File.WriteAllText(_folder.Pictures[50], "no picture");
        var failed = await Embed();
        Assert.Equal(1, failed.ExitCode);
        Assert.Equal(2, failed.Error.Split('\n').Count(line => line.Contains(_folder.Pictures[3], StringComparison.Ordinal) || line.Contains(_folder.Pictures[50], StringComparison.Ordinal)));
        Assert.DoesNotContain(_folder.Files("store"), file => file.Name == "embeddings.safetensors");

        var skipped = await Embed("--bad-images", "skip");
        Assert.True(skipped.ExitCode == 0, skipped.Error);
        Assert.Contains("58 images", skipped.Output, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_folder.Store(), "skipped.jsonl")).Length);
        Assert.Equal(0, (await Embed("--check", "--bad-images", "skip")).ExitCode);
        Assert.Equal(1, (await Embed("--check")).ExitCode);
    }

    [Fact]
    public async Task A_wrong_folder_is_told_by_ten_pictures_and_a_count()
    {
        File.WriteAllText(_folder.Captions, $"[{string.Join(',', Enumerable.Range(0, 25).Select(i => $$"""{"image":"no-{{i}}.jpg","caption":"x"}"""))}]");
        var lines = (await Embed()).Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(12, lines.Length);
        Assert.All(lines[..10], line => Assert.StartsWith("clipgpt2: The picture 'no-", line, StringComparison.Ordinal));
        Assert.Equal("clipgpt2: ... and 15 more", lines[10]);
        Assert.StartsWith("clipgpt2: 25 picture(s) can't be used: mend", lines[11], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "captions.json")]
    [InlineData("[", "captions.json")]
    [InlineData("""[{"image":"x.jpg","caption":"x"},{"image":1,"caption":"x"}]""", "[1]")]
    [InlineData("""[{"image":"x.jpg"}]""", "caption")]
    public async Task A_broken_file_of_captions_is_one_line_on_standard_error(string json, string named)
    {
        File.WriteAllText(_folder.Captions, json);
        var run = await Embed();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(named, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch-size", "0")]
    [InlineData("--image-size", "64")]
    [InlineData("--precision", "float8")]
    [InlineData("--encoder", "no-such-model")]
    public async Task A_wrong_option_is_told(string option, string value)
    {
        var run = await ClipGpt2Process.Run([.. _folder.Arguments("store").Where(a => option != "--encoder" || (a != "--encoder" && a != EmbedFolder.Model)), option, value]);
        Assert.InRange(run.ExitCode, 1, 2);
        Assert.NotEmpty(run.Error);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task An_interrupt_keeps_what_was_done()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        using (var process = new TracedProcess(_folder.Arguments("store", "--batch-size", "2", "--chunk-size", "2", "--verbose")))
        {
            Assert.True(process.ReadTo("Chunk 2: complete", 1), process.LastLine);
            process.Interrupt();
            Assert.Equal(130, process.WaitForExit());
        }

        var rest = await Embed("--batch-size", "2", "--chunk-size", "2", "--verbose");
        Assert.True(rest.ExitCode == 0, rest.Error);
        Assert.Contains("were done before", rest.Error, StringComparison.Ordinal);
    }

    private Task<ClipGpt2Process> Embed(params string[] further) => ClipGpt2Process.Run(_folder.Arguments("store", further));
}
