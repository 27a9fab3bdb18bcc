using System.Diagnostics;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>Captions from the shell, by the model that the repository's sample carries.</summary>
public sealed class CaptionTests : IDisposable
{
    private static readonly string Model = Golden.File("../../samples/Quickstart/model");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folders_pictures_are_captioned_in_the_order_of_their_names()
    {
        var files = Copy("b.jpg", "a.JPG", "c.png");
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "no picture");
        var run = await ClipGpt2Process.Run("caption", _folder, "--model", Model, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(files.Order(StringComparer.Ordinal), run.Json.Select(line => line.GetProperty("file").GetString()!));
        Assert.All(run.Json, line => Assert.False(string.IsNullOrWhiteSpace(line.GetProperty("caption").GetString())));
    }

    [Fact]
    public async Task Plain_lines_hold_what_JSON_holds()
    {
        var file = Copy("a.jpg")[0];
        var json = await ClipGpt2Process.Run("caption", file, "--model", Model, "--json");
        var plain = await ClipGpt2Process.Run("caption", file, "--model", Model);
        Assert.Equal(("", ""), (json.Error, plain.Error));
        Assert.Equal($"{file}\t{json.Json[0].GetProperty("caption").GetString()!.Trim()}{Environment.NewLine}", plain.Output);
    }

    [Fact]
    public async Task A_bad_picture_is_told_and_the_others_are_captioned()
    {
        var good = Copy("a.jpg")[0];
        var bad = Path.Combine(_folder, "bad.jpg");
        File.WriteAllText(bad, "no picture");
        var run = await ClipGpt2Process.Run("caption", bad, good, "no-such.jpg", "--model", Model, "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal([bad, good, "no-such.jpg"], run.Json.Select(line => line.GetProperty("file").GetString()!));
        Assert.Equal([true, false, true], run.Json.Select(line => line.TryGetProperty("error", out _)));
        Assert.Equal([false, true, false], run.Json.Select(line => line.TryGetProperty("caption", out _)));
    }

    [Fact]
    public async Task Options_of_the_search_reach_it()
    {
        var file = Copy("a.jpg")[0];
        var one = await ClipGpt2Process.Run("caption", file, "--model", Model, "--json", "--beams", "1", "--max-new-tokens", "1");
        Assert.True(one.ExitCode == 0, one.Error);
        Assert.Equal("length", one.Json[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("decoder/model.safetensors", "decoder's scores")]
    [InlineData("projector.safetensors", "projector's visual tokens")]
    [InlineData("encoder/model.safetensors", "encoder's embedding")]
    public async Task Weights_that_are_no_numbers_are_each_pictures_error(string part, string named)
    {
        var files = Copy("a.jpg", "b.jpg");
        using var model = new CaptionerCopy();
        model.BreakWeights(part);
        var json = await ClipGpt2Process.Run(["caption", .. files, "--model", model.Folder, "--json"]);
        Assert.Equal(1, json.ExitCode);
        Assert.Equal(files, json.Json.Select(line => line.GetProperty("file").GetString()!));
        Assert.All(json.Json, line => Assert.Contains(named, line.GetProperty("error").GetString(), StringComparison.Ordinal));
        var plain = await ClipGpt2Process.Run(["caption", .. files, "--model", model.Folder]);
        Assert.Equal((1, ""), (plain.ExitCode, plain.Output));
        Assert.All(files, file => Assert.Contains(file, plain.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task JSON_says_how_it_was_searched_and_who_has_settled_it()
    {
        var file = Copy("a.jpg")[0];
        using var model = new CaptionerCopy();
        model.Edit("decoder/generation_config.json", json =>
        {
            json["num_beams"] = 3;
            json["max_new_tokens"] = 4;
            json["repetition_penalty"] = 1.25;
        });
        var run = await ClipGpt2Process.Run("caption", file, "--model", model.Folder, "--json", "--beams", "2");
        Assert.True(run.ExitCode == 0, run.Error);
        var search = run.Json[0].GetProperty("decoding");
        Assert.Equal("length", run.Json[0].GetProperty("finish_reason").GetString());
        Assert.Equal((2, "captioner"), (search.GetProperty("num_beams").GetProperty("value").GetInt32(), From("num_beams")));
        Assert.Equal((4, "generation_config.json"), (search.GetProperty("max_new_tokens").GetProperty("value").GetInt32(), From("max_new_tokens")));
        Assert.Equal("generation_config.json", From("repetition_penalty"));
        Assert.Equal("generation_config.json", From("eos_token_id"));
        Assert.Equal((true, "default"), (search.GetProperty("early_stopping").GetProperty("value").GetBoolean(), From("early_stopping")));
        Assert.False(search.TryGetProperty("length_penalty", out _));

        string? From(string key) => search.GetProperty(key).GetProperty("from").GetString();
    }

    [Fact]
    public async Task What_is_odd_about_a_model_is_a_line_on_standard_error()
    {
        var file = Copy("a.jpg")[0];
        using var model = new CaptionerCopy();
        model.Edit("decoder/generation_config.json", json => json["mystery"] = 1);
        var run = await ClipGpt2Process.Run("caption", file, "no-such.jpg", "--model", model.Folder);
        Assert.Equal(1, run.ExitCode);
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains("mystery", lines[0], StringComparison.Ordinal);
        Assert.Contains("no-such.jpg", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_one_line_on_standard_error()
    {
        var run = await ClipGpt2Process.Run("caption", "x.jpg", "--model", "no-such-model", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("no-such-model", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_pictures_is_an_error()
    {
        var run = await ClipGpt2Process.Run("caption", _folder, "--model", Model);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("holds no pictures", run.Error, StringComparison.Ordinal);
        Assert.Contains("--recursive", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_of_a_folder_are_looked_into_on_request()
    {
        var files = Copy("b.jpg", "inner/a.jpg", "inner/more/c.jpg");
        Assert.Equal(files[..1], await Captioned("--json", _folder));
        Assert.Equal(files, await Captioned("--json", _folder, "--recursive"));
    }

    [Theory]
    [InlineData("*.jpg", "a.jpg", "b 1.jpg")]
    [InlineData("?.jpg", "a.jpg")]
    [InlineData(".*.jpg", ".hidden.jpg")]
    [InlineData("in*/*.png", "inner/c.png")]
    [InlineData("in*", "inner/c.png")]
    [InlineData("**/*.?pg", "a.jpg", "b 1.jpg", "inner/more/d.jpg")]
    [InlineData("./inner/../*1.jpg", "./inner/../b 1.jpg")]
    public async Task A_pattern_is_expanded_without_a_shell(string pattern, params string[] expected)
    {
        Copy("b 1.jpg", "a.jpg", ".hidden.jpg", "inner/c.png", "inner/more/d.jpg");
        string[] full = [.. expected.Select(name => Path.Combine(_folder, name))];
        Assert.Equal(full, await Captioned("--json", Path.Combine(_folder, pattern)));
        var command = ClipGpt2Process.Command("caption", pattern, "--model", Model, "--json");
        command.WorkingDirectory = _folder;
        var relative = await ClipGpt2Process.Run(command);
        Assert.Equal(expected, relative.Json.Select(line => line.GetProperty("file").GetString()!.Replace('\\', '/')));
    }

    [Fact]
    public async Task A_pattern_that_fits_nothing_is_an_error()
    {
        var run = await ClipGpt2Process.Run("caption", Path.Combine(_folder, "*.jpg"), "--model", Model);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains($"Nothing fits the pattern '{Path.Combine(_folder, "*.jpg")}'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_name_looks_like_a_pattern_is_that_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such names.");
        var files = Copy("a*.jpg", "ab.jpg");
        Assert.Equal(files[..1], await Captioned("--json", files[0]));
    }

    [Fact]
    public async Task Pictures_are_listed_on_standard_input_among_others()
    {
        var files = Copy("a.jpg", "b 1.jpg", "c[1].png", "inner/d.jpg");
        var run = await Listed($"{files[1]}\n\n{files[2]}\r\n{Path.GetDirectoryName(files[3])}", files[0], "-");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(files, run.Json.Select(line => line.GetProperty("file").GetString()!));
    }

    [Fact]
    public async Task An_empty_list_on_standard_input_is_an_error()
    {
        var run = await Listed("\n", "-");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("Standard input (-) names no pictures", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_ends_the_work_with_the_shells_code_for_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGINT to send to another process.");
        Copy([.. Enumerable.Range(0, 400).Select(i => $"{i}.jpg")]);
        using var process = Process.Start(ClipGpt2Process.Command("caption", _folder, "--model", Model, "--json"))!;
        var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(first);
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var rest = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.True(rest.Split('\n').Length < 400, "The work went on to its end.");
    }

    /// <summary>The files that have captions.</summary>
    private static async Task<IEnumerable<string>> Captioned(params string[] arguments)
    {
        var run = await ClipGpt2Process.Run(["caption", "--model", Model, .. arguments]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json.Select(line => line.GetProperty("file").GetString()!);
    }

    /// <summary>Runs with a list on standard input, which ends there.</summary>
    private static Task<ClipGpt2Process> Listed(string list, params string[] arguments) =>
        ClipGpt2Process.Run(ClipGpt2Process.Command(["caption", "--model", Model, "--json", .. arguments]), list);

    /// <summary>Puts a scene into the folder under other names.</summary>
    private string[] Copy(params string[] names)
    {
        var scene = Directory.EnumerateFiles(Golden.File("scenes"), "*.jpg").Order(StringComparer.Ordinal).First();
        return Array.ConvertAll(names, name =>
        {
            var target = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(scene, target);
            return target;
        });
    }
}
