using System.Diagnostics;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Tests.Training.Configuration;
using ClipGpt2.Captioning.Tests.Training.Embeddings;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Tests.Files;

/// <summary>
/// A named pipe that nobody writes to, a device that never ends, a folder: in place of any file that is read, each is an error at once that names it. Opening
/// the pipe would wait for ever, and reading the device would take all memory.
/// </summary>
public sealed class SpecialFileTests : IDisposable
{
    private const int Patience = 30_000;

    private static readonly string[] Kinds = ["pipe", "device", "link to a pipe", "folder"];

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static MatrixTheoryData<string, string> Files => new(["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"], Kinds);

    public static MatrixTheoryData<string, string> Openers => new(
        ["checkpoint.pt", "checkpoint.pkl", "checkpoint.safetensors", "weights.bin", "weights.safetensors", "training.json", "inference.json", "tokens.pkl", "a.jpg", "baseline.tsv"], Kinds);

    /// <summary>Where a folder may stand as well.</summary>
    public static MatrixTheoryData<string, string> FolderOpeners => new(
        ["captions.json", "captions.csv", "captions.jsonl", "captions.tar", "preprocessor_config.json", "meteor-1.5.jar"], Kinds[..^1]);

    /// <summary>In a captioner's folder each part has several files that can stand in for each other, so the one that is there is the one that is refused.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public async Task In_a_captioners_folder_it_is_an_error_at_once(string name, string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes and devices are no files there.");
        using var copy = new CaptionerCopy();
        var path = Path.Combine(copy.Decoder, name);
        File.Delete(path);
        if (name == "tokenizer.json")
        {
            // It is read where the older files aren't there.
            Array.ForEach(["vocab.json", "merges.txt"], older => File.Delete(Path.Combine(copy.Decoder, older)));
        }

        Make(path, kind);
        await AssertRefused(() => copy.Load().Dispose(), path);
    }

    [Theory]
    [MemberData(nameof(Openers))]
    [MemberData(nameof(FolderOpeners))]
    public async Task In_place_of_any_other_file_it_is_an_error_at_once(string name, string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes and devices are no files there.");
        var path = Path.Combine(_folder, name);
        Make(path, kind);
        await AssertRefused(() => Open(path), path);
    }

    [Theory]
    [InlineData("adapter_config.json")]
    [InlineData("adapter_model.safetensors")]
    public async Task Among_adapters_it_is_an_error_at_once(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes are no files there.");
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), """{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["c_attn"]}""");
        var path = Path.Combine(_folder, name);
        File.Delete(path);
        Make(path, "pipe");
        await AssertRefused(() => LoraAdapter.Open(_folder).Dispose(), path);
    }

    [Theory]
    [InlineData("embeddings.safetensors")]
    [InlineData("images.jsonl")]
    public async Task In_an_embedding_store_it_is_an_error_at_once(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes are no files there.");
        StoreMaker.Write(_folder, [1, 2], [3, 4]);
        var path = Path.Combine(_folder, name);
        File.Delete(path);
        Make(path, "pipe");
        await AssertRefused(() => EmbeddingStore.Open(_folder).Dispose(), path);
    }

    /// <summary>What a shell hands over as an open stream is read; so is an empty file, where emptiness is no fault.</summary>
    [Fact]
    public async Task A_stream_that_is_open_and_an_empty_file_are_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The paths of open streams are Linux's.");
        var pictures = Directory.CreateDirectory(Path.Combine(_folder, "pictures")).FullName;
        File.Copy(Path.Combine(ReferenceFile.Golden, "scenes", "scene_000000.jpg"), Path.Combine(pictures, "a.jpg"));
        await File.WriteAllTextAsync(Path.Combine(pictures, "a.txt"), "", TestContext.Current.CancellationToken);
        File.Copy(Path.Combine(pictures, "a.jpg"), Path.Combine(pictures, "b.jpg"));
        await File.WriteAllTextAsync(Path.Combine(pictures, "b.txt"), "a red circle", TestContext.Current.CancellationToken);
        Assert.Equal(1, CaptionDatasets.Open(pictures, new() { EmptyCaptions = EmptyCaptionPolicy.Skip }).Count);

        using var anonymous = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        var open = $"/proc/self/fd/{anonymous.ClientSafePipeHandle.DangerousGetHandle()}";
        await anonymous.WriteAsync("""{"clip_config": 1}"""u8.ToArray(), TestContext.Current.CancellationToken);
        anonymous.Close();
        var error = Assert.ThrowsAny<CaptioningException>(() => TrainingConfiguration.Load(open));
        Assert.Contains("clip_config is 1", error.Message, StringComparison.Ordinal);
    }

    private static void Open(string path)
    {
        switch (Path.GetFileName(path))
        {
            case "checkpoint.pt" or "checkpoint.pkl" or "checkpoint.safetensors": CaptionCheckpoint.Open(path).Dispose(); break;
            case "weights.bin" or "weights.safetensors": TensorFiles.Open(path).Dispose(); break;
            case "training.json": TrainingConfiguration.Load(path); break;
            case "inference.json": InferenceConfiguration.Load(path); break;
            case "tokens.pkl": ClipCapDataset.Read(path); break;
            case "captions.tar": _ = CaptionDatasets.OpenStream(path).Read(0, CancellationToken.None).Count(); break;
            case "preprocessor_config.json": ImagePreprocessor.Load(path); break;
            case "meteor-1.5.jar": MeteorData.Load(path); break;
            case "baseline.tsv": BertScoreBaseline.Read(path, 1); break;
            case "a.jpg": new SkiaImageDecoder().Decode(path).Dispose(); break;
            default: _ = CaptionDatasets.Open(path).Count; break;
        }
    }

    private static void Make(string path, string kind)
    {
        switch (kind)
        {
            case "pipe": Fifo(path); break;
            case "device": File.CreateSymbolicLink(path, "/dev/zero"); break;
            case "link to a pipe":
                Fifo(path + ".pipe");
                File.CreateSymbolicLink(path, path + ".pipe");
                break;
            case "folder": Directory.CreateDirectory(path); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private static void Fifo(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }

    private static async Task AssertRefused(Action open, string path)
    {
        var running = Task.Run(() => Record.Exception(open), TestContext.Current.CancellationToken);
        Assert.True(await Task.WhenAny(running, Task.Delay(Patience, TestContext.Current.CancellationToken)) == running, $"Reading '{path}' hangs.");
        var error = Assert.IsAssignableFrom<CaptioningException>(await running);
        Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
    }
}
