using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Writes a model into a folder in Hugging Face's form: the files of the folder it came from, with new weights where it was trained.</summary>
internal static class ModelFolderWriter
{
    private const string WeightsName = "model.safetensors";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The entry that Hugging Face's <c>from_pretrained</c> asks for.</summary>
    private static readonly KeyValuePair<string, string>[] Metadata = [new("format", "pt")];

    private static readonly string[] Configuration =
    [
        "config.json", "generation_config.json", "preprocessor_config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "tokenizer.json", "vocab.json", "merges.txt", "vocab.txt",
    ];

    /// <summary>Copies a model as it is; only weights that are pickled become safetensors.</summary>
    /// <exception cref="CaptioningException">The source is gone, a file can't be written, or safetensors has no type for a pickled tensor's elements.</exception>
    public static void Copy(string? source, string target)
    {
        var folder = Existing(source, target);
        if (Path.GetFullPath(folder) == Path.GetFullPath(target))
        {
            return;
        }

        AtomicFile.MakeFolder(target);
        if (TensorFiles.HasSafetensors(folder))
        {
            AtomicFile.CopyInto(folder, target, Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!).Where(IsWeights));
        }
        else
        {
            using var pickled = TensorFiles.Open(folder);
            SafetensorsWriter.Write(Path.Combine(target, WeightsName), pickled, Metadata);
        }

        AtomicFile.CopyInto(folder, target, Configuration);
    }

    /// <summary>Copies a model's configuration and writes its weights anew: those given, and the source's for names that aren't.</summary>
    /// <param name="source">The folder that the model came from.</param>
    /// <param name="target">The folder to write.</param>
    /// <param name="weights">The weights under the names that Hugging Face's files have; they stay the caller's.</param>
    public static void Write(string? source, string target, IReadOnlyDictionary<string, torch.Tensor> weights)
    {
        var folder = Existing(source, target);
        using var scope = torch.NewDisposeScope();
        var all = new Dictionary<string, torch.Tensor>(weights);
        using (var stored = TensorFiles.Open(folder))
        {
            foreach (var name in stored.Tensors.Keys.Where(name => !weights.ContainsKey(name)))
            {
                all[name] = stored.Read(name);
            }
        }

        AtomicFile.CopyInto(folder, target, Configuration);
        WriteWeights(target, all);
    }

    /// <summary>Writes a model that came from no folder.</summary>
    /// <param name="target">The folder to write; it is made if it isn't there.</param>
    /// <param name="configuration">Its JSON files by name.</param>
    /// <param name="weights">All its weights under the names that Hugging Face's files have; they stay the caller's.</param>
    /// <exception cref="CaptioningException">A file can't be written.</exception>
    public static void WriteNew(
        string target, IEnumerable<KeyValuePair<string, JsonObject>> configuration, IEnumerable<KeyValuePair<string, torch.Tensor>> weights)
    {
        AtomicFile.MakeFolder(target);
        foreach (var (name, json) in configuration)
        {
            AtomicFile.Write(Path.Combine(target, name), stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                writer.Write(json.ToJsonString(Indented));
                writer.Write('\n');
            });
        }

        WriteWeights(target, weights);
    }

    private static void WriteWeights(string target, IEnumerable<KeyValuePair<string, torch.Tensor>> weights) =>
        SafetensorsWriter.Write(Path.Combine(target, WeightsName), weights, Metadata);

    private static bool IsWeights(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal);

    private static string Existing(string? source, string target) => source is not null && Directory.Exists(source)
        ? source
        : throw new CaptioningException(
            source is null
                ? $"'{target}' can't be written: the model wasn't loaded from a folder whose configuration and tokenizer could be copied."
                : $"'{target}' can't be written: the folder '{source}', from which the model was loaded, is gone.");
}
