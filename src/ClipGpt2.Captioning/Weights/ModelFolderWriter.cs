using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Writes a model into a folder in Hugging Face's form: the files of the folder it came from, with new weights where it was trained.</summary>
internal static class ModelFolderWriter
{
    private const string WeightsName = "model.safetensors";
    private const string ConfigName = "config.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly string[] Tokenizer =
    [
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.json", "vocab.json", "merges.txt", "vocab.txt",
    ];

    /// <summary>The files of a model beside its weights.</summary>
    public static readonly string[] Configuration = [ConfigName, "generation_config.json", "preprocessor_config.json", .. Tokenizer];

    /// <summary>Copies a model as it is; weights in a form that isn't written are converted to safetensors.</summary>
    /// <exception cref="CaptioningException">The source is gone, or a file can't be read or written.</exception>
    public static void Copy(string? source, string target)
    {
        var folder = Existing(source, target);
        if (Path.GetFullPath(folder) == Path.GetFullPath(target))
        {
            return;
        }

        if (!TensorFiles.HasSafetensors(folder))
        {
            using var stored = TensorFiles.Open(folder);
            Write(folder, target, stored);
            return;
        }

        AtomicFile.CopyInto(folder, target, Configuration);
        AtomicFile.CopyInto(folder, target, Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!).Where(IsWeights));
    }

    /// <summary>Copies a model's configuration and writes its weights anew.</summary>
    /// <param name="source">The folder that the model came from.</param>
    /// <param name="target">The folder to write.</param>
    /// <param name="weights">All weights under the names that Hugging Face's files have; they stay the caller's.</param>
    /// <param name="floatingType">The type that floating-point tensors are stored in; null for their own.</param>
    /// <param name="changes">Fields of the configuration that are other than in the source; null for none.</param>
    /// <param name="token">Ends the writing between two tensors.</param>
    /// <exception cref="CaptioningException">The source is gone, or a file can't be read or written.</exception>
    public static void Write(
        string? source, string target, ITensorSource weights, torch.ScalarType? floatingType = null, JsonObject? changes = null, CancellationToken token = default)
    {
        var folder = Existing(source, target);
        AtomicFile.CopyInto(folder, target, Configuration);
        if (floatingType is not null || changes is not null)
        {
            var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, ConfigName)))!.AsObject();
            foreach (var (name, value) in changes ?? [])
            {
                config[name] = value?.DeepClone();
            }

            WriteConfig(Path.Combine(target, ConfigName), config, floatingType);
        }

        WriteWeights(Path.Combine(target, WeightsName), weights, floatingType, token);
    }

    /// <summary>Writes a model that came from no folder of this form.</summary>
    /// <param name="target">The folder to write; it is made if it isn't there.</param>
    /// <param name="configuration">Its JSON files by name.</param>
    /// <param name="weights">All its weights under the names that the form's files have; they stay the caller's.</param>
    /// <param name="weightsName">The name of the file of weights.</param>
    /// <param name="floatingType">The type that floating-point tensors are stored in; null for their own.</param>
    /// <param name="token">Ends the writing between two tensors.</param>
    /// <exception cref="CaptioningException">A file can't be written, or a weight can't be read.</exception>
    public static void WriteNew(
        string target,
        IEnumerable<KeyValuePair<string, JsonObject>> configuration,
        ITensorSource weights,
        string weightsName = WeightsName,
        torch.ScalarType? floatingType = null,
        CancellationToken token = default)
    {
        AtomicFile.MakeFolder(target);
        foreach (var (name, json) in configuration)
        {
            WriteConfig(Path.Combine(target, name), json, name == ConfigName ? floatingType : null);
        }

        WriteWeights(Path.Combine(target, weightsName), weights, floatingType, token);
    }

    /// <summary>Copies those of a tokenizer's files that are there.</summary>
    /// <exception cref="CaptioningException">A file can't be read or written.</exception>
    public static void CopyTokenizer(string source, string target) => AtomicFile.CopyInto(source, target, Tokenizer);

    private static void WriteConfig(string path, JsonObject json, torch.ScalarType? type)
    {
        if (type is { } stored)
        {
            json["torch_dtype"] = stored.ToString().ToLowerInvariant();
        }

        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(json.ToJsonString(Indented));
            writer.Write('\n');
        });
    }

    /// <summary>With the entry that Hugging Face's <c>from_pretrained</c> asks for.</summary>
    private static void WriteWeights(string path, ITensorSource weights, torch.ScalarType? floatingType, CancellationToken token) =>
        SafetensorsWriter.Write(path, weights, [new("format", "pt")], floatingType, token);

    private static bool IsWeights(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal);

    private static string Existing(string? source, string target) => source is not null && Directory.Exists(source)
        ? source
        : throw new CaptioningException(
            source is null
                ? $"'{target}' can't be written: the model wasn't loaded from a folder whose configuration and tokenizer could be copied."
                : $"'{target}' can't be written: the folder '{source}', from which the model was loaded, is gone.");
}
