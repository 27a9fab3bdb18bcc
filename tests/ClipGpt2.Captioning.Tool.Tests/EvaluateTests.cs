using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

public sealed class EvaluateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    [Fact]
    public async Task Reference_captions_as_candidates_score_as_high_as_can_be()
    {
        var (references, candidates) = WriteFiles();
        var csv = Path.Combine(_folder, "images.csv");
        var page = Path.Combine(_folder, "page.html");
        var sheet = Path.Combine(_folder, "sheet.csv");
        var run = await ClipGpt2Process.Run("evaluate", "--references", references, "--candidates", candidates, "--per-image", csv, "--html", page, "--score-sheet", sheet);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("bleu_4", run.Output, StringComparison.Ordinal);
        Assert.Contains("METEOR (exact, stem)", run.Output, StringComparison.Ordinal);
        Assert.Equal("image_id,bleu_1,bleu_2,bleu_3,bleu_4,meteor,rouge_l,cider", File.ReadLines(csv).First());
        Assert.Equal("0,candidates,a red circle above a blue square,", File.ReadLines(sheet).ElementAt(1));
        Assert.Contains("a red circle", File.ReadAllText(page), StringComparison.Ordinal);
    }

    /// <summary>The page and the pictures are each named relative to the current folder, and the browser starts from the page's.</summary>
    [Fact]
    public async Task A_pages_pictures_are_found_from_where_the_page_is()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "my pictures"));
        File.Copy(Golden.File("scenes/scene_000000.jpg"), Path.Combine(_folder, "my pictures", "a#1 50%.jpg"));
        File.WriteAllText(Path.Combine(_folder, "r.json"), """{"images":[{"id":1,"file_name":"a#1 50%.jpg"}],"annotations":[{"id":1,"image_id":1,"caption":"a red circle"}]}""");
        File.WriteAllText(Path.Combine(_folder, "c.json"), """[{"image_id":1,"caption":"a red circle"}]""");
        var command = ClipGpt2Process.Command(
            "evaluate", "--references", "r.json", "--candidates", "c.json", "--metrics", "rouge", "--images", "my pictures", "--html", "pages/evaluation.html");
        command.WorkingDirectory = _folder;
        var run = await ClipGpt2Process.Run(command);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var address = File.ReadAllText(Path.Combine(_folder, "pages", "evaluation.html")).Split("<img src=\"")[1].Split('"')[0];
        Assert.Equal("../my%20pictures/a%231%2050%25.jpg", address);
        Assert.True(File.Exists(Path.Combine(_folder, "pages", Uri.UnescapeDataString(address))));
    }

    [Fact]
    public async Task Json_is_all_that_is_written()
    {
        var (references, candidates) = WriteFiles();
        var run = await ClipGpt2Process.Run("evaluate", "--references", references, "--candidates", candidates, "--metrics", "rouge", "--json");
        using var json = JsonDocument.Parse(run.Output);
        Assert.Contains("rouge_l", json.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_compared_with_itself_differs_in_nothing()
    {
        var (references, candidates) = WriteFiles();
        var run = await ClipGpt2Process.Run("compare", candidates, candidates, "--references", references, "--metrics", "bleu,cider", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(run.Json, line => Assert.Equal(line.GetProperty("first").GetDouble(), line.GetProperty("second").GetDouble()));
        Assert.Contains(run.Json, line => line.GetProperty("metric").GetString() == "cider");
    }

    [Fact]
    public async Task Metrics_that_need_a_model_join_by_their_names()
    {
        var (references, candidates) = WriteFiles();
        foreach (var (name, image) in new[] { ("0.jpg", "scene_000000.jpg"), ("1.jpg", "scene_000001.jpg") })
        {
            File.Copy(Golden.File($"scenes/{image}"), Path.Combine(_folder, name));
        }

        var run = await ClipGpt2Process.Run(
            "evaluate", "--references", references, "--candidates", candidates, "--metrics", "bertscore,clipscore", "--images", _folder,
            "--bertscore-model", Golden.File("models/tiny-roberta"), "--bertscore-layers", "2", "--clip-model", Golden.File("models/tiny-clip"));
        Assert.Equal("", run.Error);
        Assert.Contains("bertscore_f", run.Output, StringComparison.Ordinal);
        Assert.Contains("refclipscore", run.Output, StringComparison.Ordinal);

        var without = await ClipGpt2Process.Run("evaluate", "--references", references, "--candidates", candidates, "--metrics", "bertscore");
        Assert.Contains("--bertscore-model", without.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_one_line_with_the_file_or_the_name()
    {
        var (references, candidates) = WriteFiles();
        var unknown = await ClipGpt2Process.Run("evaluate", "--references", references, "--candidates", candidates, "--metrics", "blue");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("'blue'", unknown.Error, StringComparison.Ordinal);
        var missing = await ClipGpt2Process.Run("evaluate", "--references", references, "--candidates", Path.Combine(_folder, "none.json"));
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("none.json", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_the_references_is_measured_only_if_asked_for()
    {
        var (references, candidates) = WriteFiles();
        File.WriteAllText(candidates, """[{"image_id": 1, "caption": "a green ring"}]""");
        string[] arguments = ["evaluate", "--references", references, "--candidates", candidates, "--metrics", "rouge"];
        var refused = await ClipGpt2Process.Run(arguments);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("1 of the 2 images", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--subset", refused.Error, StringComparison.Ordinal);
        Assert.Contains(candidates, refused.Error, StringComparison.Ordinal);

        var run = await ClipGpt2Process.Run([.. arguments, "--subset"]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Contains("1 images", run.Output, StringComparison.Ordinal);

        File.WriteAllText(candidates, """[{"image_id": 7, "caption": "a green ring"}]""");
        var foreign = await ClipGpt2Process.Run([.. arguments, "--subset"]);
        Assert.Equal(1, foreign.ExitCode);
        Assert.Contains("none of the 2 images", foreign.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cider_says_where_its_document_frequencies_come_from_and_takes_saved_ones()
    {
        var (references, candidates) = WriteFiles();
        var saved = Path.Combine(_folder, "corpus.df");
        string[] arguments = ["evaluate", "--references", references, "--candidates", candidates, "--metrics", "cider"];
        var whole = await ClipGpt2Process.Run([.. arguments, "--save-document-frequencies", saved]);
        Assert.Contains("references of 2 images alone", whole.Output, StringComparison.Ordinal);
        Assert.Contains("--document-frequencies", whole.Output, StringComparison.Ordinal);

        File.WriteAllText(candidates, """[{"image_id": 1, "caption": "a green ring to the left of a white cross"}]""");
        var part = await ClipGpt2Process.Run([.. arguments, "--subset", "--json"]);
        Assert.Contains("references of 1 of 2 images alone", part.Error, StringComparison.Ordinal);
        Assert.Equal(0, Cider(part.Output)); // one image tells no word from another

        var given = await ClipGpt2Process.Run([.. arguments, "--subset", "--json", "--document-frequencies", saved]);
        Assert.Equal("", given.Error);
        Assert.Equal(10, Cider(given.Output), 1e-9);

        var missing = await ClipGpt2Process.Run([.. arguments, "--subset", "--document-frequencies", candidates]);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("not CIDEr's document frequencies", missing.Error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static double Cider(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("metrics")[0].GetProperty("scores")[0].GetProperty("value").GetDouble();
    }

    private (string References, string Candidates) WriteFiles()
    {
        string[] captions = ["a red circle above a blue square", "a green ring to the left of a white cross"];
        var references = Path.Combine(_folder, "references.json");
        var candidates = Path.Combine(_folder, "candidates.json");
        File.WriteAllText(references, JsonSerializer.Serialize(new
        {
            images = captions.Select((_, i) => new { id = i, file_name = $"{i}.jpg" }),
            annotations = captions.Select((caption, i) => new { id = i, image_id = i, caption }),
        }));
        File.WriteAllText(candidates, JsonSerializer.Serialize(captions.Select((caption, i) => new { image_id = i, caption })));
        return (references, candidates);
    }
}
