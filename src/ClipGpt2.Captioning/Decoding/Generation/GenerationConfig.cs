using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Decoding.Generation;

/// <summary>How a model's folder says that texts are to be searched: its <c>generation_config.json</c>, or where there is none its <c>config.json</c>.</summary>
/// <remarks>
/// Follows <c>GenerationConfig.from_pretrained</c> and <c>from_model_config</c> of transformers 5: with a <c>generation_config.json</c>, even an empty one, no
/// key of <c>config.json</c> counts, and null is unset. A file that isn't JSON counts as none, as there.
/// </remarks>
internal sealed partial class GenerationConfig
{
    public const string FileName = "generation_config.json";

    /// <summary>The end token of the published GPT-2, which the oldest configurations don't name.</summary>
    private const int PublishedEndToken = 50256;

    private readonly ConfigSection _section;

    private GenerationConfig(ConfigSection section, DecodingOptions options, JsonObject json) => (_section, Options, Json) = (section, options, json);

    /// <summary>The file that says it.</summary>
    public string File => _section.File;

    /// <summary>What it says; end tokens are always set.</summary>
    public DecodingOptions Options { get; }

    /// <summary>The same as the content of a <c>generation_config.json</c>.</summary>
    public JsonObject Json { get; }

    /// <summary>Reads what a folder says.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="vocabularySize">The number of the model's tokens.</param>
    /// <param name="logger">Is told of keys that nobody knows and of a model without end token.</param>
    /// <exception cref="CheckpointFormatException">A value is wrong, asks for a search that there isn't, or an end token is beyond the vocabulary.</exception>
    public static GenerationConfig Read(ModelFolder folder, int vocabularySize, ILogger logger)
    {
        var own = FindFile(folder, logger);
        var section = own ?? folder.Config;
        var options = new DecodingOptions();
        var (read, unknown) = GenerationKeys.Read(section, vocabularySize, options);
        if (own is not null && unknown.Count > 0)
        {
            GenerationLog.UnknownKeys(logger, section.File, string.Join(", ", unknown));
        }

        options.EndTokenIds ??= own is null && !section.Names.Contains(GenerationKeys.EndTokens) && vocabularySize > PublishedEndToken ? [PublishedEndToken] : [];
        if (options.EndTokenIds.Count == 0)
        {
            GenerationLog.NoEndToken(logger, section.File);
        }

        Check(section, options);
        return new(section, options, own?.ToJson() ?? Described(read, options.EndTokenIds));
    }

    /// <summary>The token that a text begins with where visual tokens are read beside it, if the file names one. Nobody else asks for it.</summary>
    /// <param name="vocabularySize">The number of the model's tokens.</param>
    /// <exception cref="CheckpointFormatException">It isn't a token of the vocabulary.</exception>
    public int? FindStartToken(int vocabularySize) =>
        Array.Find(GenerationKeys.StartTokens, _section.Has) is { } name ? new GenerationValue(_section, name, vocabularySize).Token() : null;

    /// <summary>What a refusal of options must add where some of them are the file's: names and place.</summary>
    /// <param name="message">The refusal.</param>
    /// <param name="asked">The options that go before the file's.</param>
    public string Remark(string message, DecodingOptions asked)
    {
        var own = asked.SetOptions().Select(option => option.Key).ToHashSet(StringComparer.Ordinal);
        string[] keys = [.. Options.SetOptions().Where(option => !own.Contains(option.Key) && message.Contains(option.Key, StringComparison.Ordinal)).Select(option => GenerationKeys.KeyOf(option.Key))];
        return keys.Length == 0 ? "" : $" ('{File}' says {string.Join(", ", keys)}; an option that is set goes before it.)";
    }

    private static ConfigSection? FindFile(ModelFolder folder, ILogger logger)
    {
        if (folder.Find(FileName) is not { } file)
        {
            return null;
        }

        try
        {
            return ConfigSection.Load(file);
        }
        catch (CheckpointFormatException e) when (e.InnerException is System.Text.Json.JsonException)
        {
            GenerationLog.NotJson(logger, file, e.InnerException.Message);
            return null;
        }
    }

    /// <summary>What can be seen to be wrong without knowing what callers ask for.</summary>
    private static void Check(ConfigSection section, DecodingOptions options)
    {
        if (DecodingOptionsValidator.Errors(options).ToList() is { Count: > 0 } errors)
        {
            var message = PropertyName().Replace(string.Join(" ", errors), name => GenerationKeys.FindKey(name.Value) ?? name.Value);
            throw new CheckpointFormatException($"'{section.File}' says how to search what can't be followed: {message}");
        }
    }

    private static JsonObject Described(JsonObject read, IReadOnlyList<int> endTokens)
    {
        read[GenerationKeys.EndTokens] = endTokens.Count switch
        {
            0 => null,
            1 => endTokens[0],
            _ => new JsonArray([.. endTokens.Select(id => (JsonNode)id)]),
        };
        return read;
    }

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex PropertyName();
}
