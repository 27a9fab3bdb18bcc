using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Pipeline;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>An option of the search as JSON shows it.</summary>
/// <param name="Value">What holds, as Hugging Face's files have it.</param>
/// <param name="From">Who says so: <c>captioner</c> (the command line), <c>checkpoint</c>, a file of the model's folder, or <c>default</c>.</param>
internal sealed record SearchOption(object Value, string From)
{
    /// <summary>Shown even where nobody has set them.</summary>
    private static readonly string[] Main = ["strategy", "num_beams", "early_stopping", "max_new_tokens", "eos_token_id", "do_sample"];

    /// <summary>The options that somebody has set, and the main ones, by their keys.</summary>
    public static IReadOnlyDictionary<string, SearchOption> Of(IEnumerable<DecodingSetting> settings) => settings
        .Where(setting => !setting.IsDefault || Main.Contains(setting.Key))
        .ToDictionary(setting => setting.Key, setting => new SearchOption(Plain(setting.Value), setting.Source));

    private static object Plain(object value) => value switch
    {
        EarlyStopping.WhenFull => true,
        EarlyStopping.Heuristic => false,
        Enum name => JsonNamingPolicy.SnakeCaseLower.ConvertName(name.ToString()),
        _ => value,
    };
}
