using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>What <c>doctor</c> says of this machine, with sound models, broken ones and none.</summary>
public sealed class DoctorTests : IDisposable
{
    private static readonly string Model = Golden.File("../../samples/Quickstart/model");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sound_machine_with_a_sound_model_is_ready()
    {
        var run = await ClipGpt2Process.Run("doctor", "--model", Model, "--json");
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Empty(run.Error);
        var report = Assert.Single(run.Json);
        Assert.True(report.GetProperty("ready").GetBoolean());
        Assert.Empty(report.GetProperty("to_mend").EnumerateArray());
        Assert.True(report.GetProperty("processor").GetProperty("cores").GetInt32() > 0);
        Assert.True(report.GetProperty("libtorch").GetProperty("threads").GetInt32() > 0);
        Assert.EndsWith("torch_cpu", Path.GetFileNameWithoutExtension(report.GetProperty("libtorch").GetProperty("file").GetString()), StringComparison.Ordinal);
        Assert.Contains("package", report.GetProperty("libtorch").GetProperty("loaded").GetString(), StringComparison.Ordinal);
        Assert.All(["float32_gflops", "memory_gigabytes"], rate => Assert.True(report.GetProperty("rates").GetProperty(rate).GetDouble() > 0));
        Assert.Equal(["BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP"], report.GetProperty("decoders").EnumerateArray().Select(d => d.GetProperty("format").GetString()!).Order(StringComparer.Ordinal));

        var model = report.GetProperty("model");
        Assert.False(string.IsNullOrWhiteSpace(model.GetProperty("caption").GetString()));
        Assert.True(model.GetProperty("proof_milliseconds").GetDouble() > 0);
        Assert.True(model.GetProperty("load_milliseconds").GetDouble() > 0);
    }

    [Fact]
    public async Task Each_kind_of_layer_says_its_way_in_each_precision()
    {
        var run = await ClipGpt2Process.Run("doctor", "--json");
        var kernels = Assert.Single(run.Json).GetProperty("kernels").EnumerateArray().ToList();
        string[] expected =
        [
            "Linear layers/Float32", "Linear layers/BFloat16", "Linear layers/Int8Weights", "Attention/Float32",
            "Linear layers that are trained or on a GPU/Float32", "Linear layers that are trained or on a GPU/BFloat16",
            "Convolutions that are trained or on a GPU/Float32", "Convolutions that are trained or on a GPU/BFloat16",
        ];
        Assert.Subset(kernels.Select(k => $"{k.GetProperty("layer").GetString()}/{k.GetProperty("format").GetString()}").ToHashSet(), expected.ToHashSet());
        Assert.All(kernels, kernel =>
        {
            Assert.False(string.IsNullOrEmpty(kernel.GetProperty("path").GetString()));
            Assert.Equal(!kernel.GetProperty("gave_way").GetBoolean(), kernel.GetProperty("proof").GetString()!.StartsWith("proven", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task The_text_says_the_same_and_ends_with_the_verdict()
    {
        var json = Assert.Single((await ClipGpt2Process.Run("doctor", "--json")).Json);
        var text = await ClipGpt2Process.Run("doctor");
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Equal("ready", text.Output.TrimEnd().Split('\n')[^1].Trim());
        Assert.Contains(json.GetProperty("processor").GetProperty("name").GetString()!, text.Output, StringComparison.Ordinal);
        Assert.Contains(json.GetProperty("libtorch").GetProperty("file").GetString()!, text.Output, StringComparison.Ordinal);
        Assert.Contains(json.GetProperty("waiting").GetProperty("openmp").GetString()!, text.Output, StringComparison.Ordinal);
        Assert.All(json.GetProperty("kernels").EnumerateArray(), kernel => Assert.Contains(kernel.GetProperty("path").GetString()!, text.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_instruction_set_that_libtorch_names_is_the_one_it_was_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "It can't be asked on this system.");
        var command = ClipGpt2Process.Command("doctor", "--json");
        command.Environment["ATEN_CPU_CAPABILITY"] = "default";
        var libtorch = Assert.Single((await ClipGpt2Process.Run(command)).Json).GetProperty("libtorch");
        Assert.Equal("DEFAULT", libtorch.GetProperty("cpu_capability").GetString());
        Assert.Equal(libtorch.GetProperty("built_for").GetString(), libtorch.GetProperty("version").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", libtorch.GetProperty("onednn").GetString());
    }

    /// <summary>The first that names an option wins: a file of the model's folder, and of two files only the one that is read.</summary>
    [Fact]
    public async Task A_model_says_how_it_searches_and_who_has_settled_it()
    {
        using var model = new CaptionerCopy();
        model.Edit("decoder/generation_config.json", json =>
        {
            json["num_beams"] = 3;
            json["suppress_tokens"] = new JsonArray(5, 6);
        });
        model.Edit("decoder/config.json", json => json["max_new_tokens"] = 7);
        var search = await Search(model.Folder);
        Assert.Equal("3 generation_config.json", Said(search, "num_beams"));
        Assert.Equal("[5,6] generation_config.json", Said(search, "suppress_tokens"));
        Assert.Equal("[0] generation_config.json", Said(search, "eos_token_id"));
        Assert.Equal("25 default", Said(search, "max_new_tokens"));
        Assert.False(search.TryGetProperty("repetition_penalty", out _));

        File.Delete(model.File("decoder/generation_config.json"));
        search = await Search(model.Folder);
        Assert.Equal("7 config.json", Said(search, "max_new_tokens"));
        Assert.Equal("5 default", Said(search, "num_beams"));

        var text = Words((await ClipGpt2Process.Run("doctor", "--model", model.Folder)).Output);
        Assert.All(
            search.EnumerateObject(), option => Assert.Contains($"{option.Name} = {option.Value.GetProperty("value").GetRawText()} ({option.Value.GetProperty("from").GetString()})", text, StringComparison.Ordinal));

        static async Task<JsonElement> Search(string folder) =>
            Assert.Single((await ClipGpt2Process.Run("doctor", "--model", folder, "--json")).Json).GetProperty("model").GetProperty("decoding");

        static string Said(JsonElement search, string key) => $"{search.GetProperty(key).GetProperty("value").GetRawText()} {search.GetProperty(key).GetProperty("from").GetString()}";

        // The text is broken into lines where the terminal ends.
        static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_that_is_not_there_is_what_has_to_be_mended(bool json)
    {
        var run = await ClipGpt2Process.Run(json ? ["doctor", "--model", "no-such-model", "--json"] : ["doctor", "--model", "no-such-model"]);
        AssertToMend(run, "no-such-model");
        Assert.Contains("Linear layers", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_model_is_what_has_to_be_mended()
    {
        foreach (var file in Directory.EnumerateFiles(Model, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Model, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.WriteAllText(Path.Combine(_folder, "projector.safetensors"), "no tensors");
        AssertToMend(await ClipGpt2Process.Run("doctor", "--model", _folder), "projector.safetensors");
    }

    [Fact]
    public async Task A_folder_without_libtorch_is_what_has_to_be_mended()
    {
        var run = await ClipGpt2Process.Run("doctor", "--libtorch", _folder, "--model", Model, "--json");
        AssertToMend(run, _folder);
        var report = Assert.Single(run.Json);
        Assert.Single(report.GetProperty("to_mend").EnumerateArray());
        Assert.All(["libtorch", "kernels", "model", "rates"], fact => Assert.False(report.TryGetProperty(fact, out _)));
        Assert.True(report.TryGetProperty("processor", out _));
    }

    [Fact]
    public async Task A_libtorch_of_ones_own_is_tried_loaded_and_named()
    {
        var package = Path.GetDirectoryName(Assert.Single((await ClipGpt2Process.Run("doctor", "--json")).Json).GetProperty("libtorch").GetProperty("file").GetString()!)!;
        var run = await ClipGpt2Process.Run("doctor", "--libtorch", package, "--device", "cpu", "--json");
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains($"own folder '{package}'", Assert.Single(run.Json).GetProperty("libtorch").GetProperty("loaded").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_libtorch_that_fails_its_trial_is_what_has_to_be_mended()
    {
        Array.ForEach(["libtorch_cpu.so", "torch_cpu.dll", "libtorch_cpu.dylib"], name => File.WriteAllText(Path.Combine(_folder, name), "no library"));
        AssertToMend(await ClipGpt2Process.Run("doctor", "--libtorch", _folder), "It was tried in a process of its own, and failed: exit code 1, ");
    }

    /// <summary>The program as somebody publishes it who forgets the native files.</summary>
    [Fact]
    public async Task A_program_without_native_libraries_says_what_is_missing()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => !file.EndsWith(".deps.json", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        var run = await ClipGpt2Process.Run(ClipGpt2Process.CommandIn(_folder, "doctor"));
        AssertToMend(run, "dotnet add package TorchSharp-cpu");
        Assert.Contains("- decoding JPEG by Skia: ", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Where there are no bfloat16 products to force, that is a fault, and only there.</summary>
    [Fact]
    public async Task A_forced_way_that_fails_is_what_has_to_be_mended()
    {
        var run = await ClipGpt2Process.Run("doctor", "--kernels", "packed", "--json");
        var report = Assert.Single(run.Json);
        if (report.GetProperty("rates").TryGetProperty("bfloat16_gflops", out _))
        {
            Assert.True(run.ExitCode == 0, run.Output);
            return;
        }

        AssertToMend(run, "TorchRuntimeOptions.Kernels = Packed");
        Assert.Contains(report.GetProperty("to_mend").EnumerateArray(), fault => fault.GetString()!.Contains("BFloat16", StringComparison.Ordinal));
        Assert.DoesNotContain(report.GetProperty("to_mend").EnumerateArray(), fault => fault.GetString()!.Contains("Float32", StringComparison.Ordinal));
    }

    private static void AssertToMend(ClipGpt2Process run, string expected)
    {
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\nready", run.Output, StringComparison.Ordinal);
    }
}
