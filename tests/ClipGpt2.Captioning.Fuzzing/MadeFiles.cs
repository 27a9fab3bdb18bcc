using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>Files of this library's own forms, made of the golden models.</summary>
internal static class MadeFiles
{
    private const int PrefixLength = 4;

    private static readonly string[] CaptionerFiles = ["captioner.json", "projector.safetensors"];

    /// <summary>A caption checkpoint with a projector's tensors.</summary>
    public static FuzzSeed OwnCheckpoint(string golden, string folder)
    {
        var path = Path.Combine(folder, "checkpoint.safetensors");
        using var projector = Projector(golden);
        SafetensorsWriter.Write(path, projector.NamedParameters().Select(weight => KeyValuePair.Create("projector." + weight.Key, weight.Value)), new Dictionary<string, string>
        {
            ["format"] = "clipgpt2.caption_checkpoint",
            ["version"] = "1",
            ["clip_config"] = """{"model":"tiny-clip","image_size":[64,48]}""",
            ["gpt2_config"] = """{"model":"tiny-gpt2","visual_tokens_length":4}""",
            ["projector_config"] = projector.Config.ToJson().ToJsonString(),
            ["train_loss"] = "2.5",
            ["validation_loss"] = "null",
        });
        return FuzzSeed.Load(path, folder);
    }

    /// <summary>A captioner's folder, of which the files are changed that only this library has.</summary>
    public static IReadOnlyList<FuzzSeed> Captioner(string golden, string folder)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "captioner")).FullName;
        using var projector = Projector(golden);
        SafetensorsWriter.Write(Path.Combine(target, "projector.safetensors"), projector.NamedParameters());
        var description = projector.Config.ToJson();
        description["path"] = "projector.safetensors";
        File.WriteAllText(Path.Combine(target, "captioner.json"), $$"""
            {
              "format": "clipgpt2.captioner", "version": 1,
              "encoder": { "kind": "clip", "path": "encoder" },
              "projector": {{description.ToJsonString()}},
              "decoder": { "kind": "gpt2", "path": "decoder" },
              "tokenizer": { "kind": "gpt2", "path": "decoder" }
            }
            """);
        return [.. CaptionerFiles.Select(name => FuzzSeed.Load(Path.Combine(target, name), folder) with { Folder = target })];
    }

    private static LinearTanhProjector Projector(string golden)
    {
        using var clip = ModelFolder.Open(Path.Combine(golden, "models", "tiny-clip"));
        using var gpt2 = ModelFolder.Open(Path.Combine(golden, "models", "tiny-gpt2"));
        return LinearTanhProjector.CreateFresh(
            new ProjectorConfig
            {
                Kind = LinearTanhProjector.Kind,
                PrefixLength = PrefixLength,
                EmbeddingDimension = clip.Config.Int("projection_dim"),
                HiddenSize = gpt2.Config.Int("n_embd"),
            },
            seed: 1,
            new ComputeOptions { Trainable = true });
    }
}
