using System.Text;
using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

public sealed class PrepareCocoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    [Fact]
    public async Task The_golden_scenes_are_prepared_as_the_seed_prepared_them()
    {
        var run = await ClipGpt2Process.Run("prepare-coco", Golden.File("captions_scenes.json"), "--images", "scenes", "--out", Output);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));

        // What the reference program trains on was prepared from these annotations by its own script.
        var prepared = Records(File.ReadAllBytes(Output));
        Assert.Equal(Golden.Json("captions_scenes.json").GetProperty("annotations").GetArrayLength(), prepared.Count);
        Assert.Subset(prepared.ToHashSet(), Records(File.ReadAllBytes(Golden.File("seed_run/train.json"))).ToHashSet());
    }

    [Fact]
    public async Task Letters_and_paths_are_written_as_Python_writes_them()
    {
        var annotations = Write("""
            {"annotations": [{"image_id": "b", "caption": "Caf\u00e9 \"\\ \ud83d\ude00\u2028\u007f\u0001/\n\t\r\b\f<&'>"}, {"image_id": 1, "caption": ""}],
             "images": [{"id": 1, "file_name": "a.jpg"}, {"id": "b", "file_name": "./sub//é.jpg"}]}
            """);
        var run = await ClipGpt2Process.Run("prepare-coco", annotations, "--images", "./data//train2014/", "--out", Output);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 captions are empty", run.Error, StringComparison.Ordinal);
        const string Expected = """
            [
              {
                "image": "data/train2014/sub/\u00e9.jpg",
                "caption": "Caf\u00e9 \"\\ \ud83d\ude00\u2028\u007f\u0001/\n\t\r\b\f<&'>"
              },
              {
                "image": "data/train2014/a.jpg",
                "caption": ""
              }
            ]
            """;
        Assert.Equal(Encoding.ASCII.GetBytes(Expected), File.ReadAllBytes(Output));
    }

    [Fact]
    public async Task Missing_pictures_are_listed_and_fail_the_check()
    {
        var annotations = Write(JsonSerializer.Serialize(new
        {
            images = new[] { new { id = 1, file_name = "here.jpg" }, new { id = 2, file_name = "gone.jpg" } },
            annotations = "122".Select(id => new { image_id = $"{id}", caption = "a" }),
        }));
        File.WriteAllText(Path.Combine(_folder, "here.jpg"), "");
        var run = await ClipGpt2Process.Run("prepare-coco", annotations, "--images", _folder, "--out", Output, "--check");
        Assert.Equal((1, $"{_folder}/gone.jpg{Environment.NewLine}"), (run.ExitCode, run.Output));
        Assert.Contains("1 of 2 pictures aren't there; 2 captions", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Output));

        File.WriteAllText(Path.Combine(_folder, "gone.jpg"), "");
        run = await ClipGpt2Process.Run("prepare-coco", annotations, "--images", _folder, "--out", Output, "--check");
        Assert.Equal((0, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task What_is_wrong_leaves_the_file_as_it_was()
    {
        var annotations = Write("""{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1, "caption": "a"}, {"image_id": 7, "caption": "b"}]}""");
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        File.WriteAllText(Output, "before");
        var run = await ClipGpt2Process.Run("prepare-coco", annotations, "--images", "x", "--out", Output);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("annotations[1].image_id: '7' is not among the images", run.Error, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(Output));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Output)!));

        run = await ClipGpt2Process.Run("prepare-coco", Path.Combine(_folder, "none.json"), "--images", "x", "--out", Output);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("none.json", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>In a folder that isn't there before.</summary>
    private string Output => Path.Combine(_folder, "data", "out.json");

    private string Write(string json)
    {
        var path = Path.Combine(_folder, "annotations.json");
        File.WriteAllText(path, json);
        return path;
    }

    private static List<string> Records(byte[] json) => [.. JsonDocument.Parse(json).RootElement.EnumerateArray().Select(record => record.GetRawText())];
}
