using System.Text.Json;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

internal sealed partial record NotOffered
{
    /// <summary>Models, by <c>model_type</c> and by class, that must be refused.</summary>
    public static IReadOnlyDictionary<string, string> Models { get; } = new Dictionary<string, string>
    {
        ["clip_text_model"] = "texts are compared with pictures, for which this tower alone has no projection",
        ["CLIPTextModel"] = "texts are compared with pictures, for which this tower alone has no projection",
        ["CLIPVisionModel"] = "a picture's embedding is the projected one, and this tower alone has no projection",
        ["vit"] = "there is no ViT encoder",
        ["ViTModel"] = "there is no ViT encoder",
        ["deit"] = "there is no DeiT encoder",
    };

    /// <summary>Why a folder's tokenizer isn't offered; null if it is.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="kind">The reference's class for it.</param>
    public static string? InTokenizer(string folder, string kind)
    {
        if (Find(folder, "tokenizer.json") is not { } tokenizer)
        {
            return "there is no vocabulary: the reference's is the end token alone";
        }

        var model = tokenizer.GetProperty("model");
        var own = Find(folder, "tokenizer_config.json") is { } config && config.TryGetProperty("tokenizer_class", out var named) ? named.GetString() : null;
        var family = own ?? (Find(folder, "config.json") is { } described && described.TryGetProperty("model_type", out var type) ? type.GetString() : null);
        var isGeneric = kind == "TokenizersBackend";
        return model.TryGetProperty("type", out var form) && form.GetString() is "Unigram" or "WordLevel" ? "only byte-pair encodings and WordPiece are read"
            : family is null ? "nothing says whose tokenizer it is"
            : isGeneric && family is not ("TokenizersBackend" or "PreTrainedTokenizerFast") ? "the class is nobody's"
            : isGeneric && (IsNull(tokenizer, "pre_tokenizer") || IsNull(tokenizer, "decoder")) ? "the pipeline is none of the four tokenizers'"
            : isGeneric && model.TryGetProperty("byte_fallback", out var bytes) && bytes.GetBoolean() ? "unknown characters don't fall back to bytes"
            : null;
    }

    /// <summary>What is done otherwise with a folder's preprocessing, and why; null for nothing.</summary>
    public static (bool IsRefused, string Why)? InPreprocessor(string folder)
    {
        var (flat, nested, config) = (Find(folder, "preprocessor_config.json"), Find(folder, "processor_config.json"), Find(folder, "config.json"));
        if (flat is { ValueKind: JsonValueKind.Object } own)
        {
            return own.TryGetProperty("image_processor", out _) ? (true, "the reference passes over the object and takes all defaults in silence")
                : own.TryGetProperty("image_std", out var deviations) && deviations.ValueKind == JsonValueKind.Array && deviations.EnumerateArray().Any(deviation => deviation.GetDouble() == 0) ? (true, "pixels would be infinite")
                : !own.TryGetProperty("image_processor_type", out _) && config is null ? (false, "a file that names no class is CLIP's")
                : nested is { } whole && whole.TryGetProperty("image_processor", out _) && Find(folder, "tokenizer.json") is not null ? (false, "a whole processor's file isn't read yet, and the flat one is, as by 4.53's image processor")
                : null;
        }

        return null;
    }

    private static bool IsNull(JsonElement json, string name) => !json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null;

    private static JsonElement? Find(string folder, string name)
    {
        try
        {
            return Path.Combine(folder, name) is var file && File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)).RootElement : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
