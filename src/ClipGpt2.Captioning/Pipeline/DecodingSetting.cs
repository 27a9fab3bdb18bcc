using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>An option of the search, settled, and who has settled it.</summary>
/// <param name="Key">Hugging Face's name of the option, or where it has none this library's in the same form.</param>
/// <param name="Value">What holds.</param>
/// <param name="Source">Who says so: <c>call</c>, <c>captioner</c>, <c>checkpoint</c>, <c>captioner.json</c>, the model's file by its name, or <c>default</c>.</param>
internal sealed record DecodingSetting(string Key, object Value, string Source)
{
    /// <summary>Whether nobody has said it.</summary>
    public bool IsDefault => Source == "default";

    /// <summary>All options that have a value.</summary>
    /// <param name="call">What the call says, or null.</param>
    /// <param name="captioner">What the captioner's options say.</param>
    /// <param name="program">How the program searches that the captioner comes from, or null.</param>
    /// <param name="decoder">The decoder, whose model may say something too.</param>
    public static IReadOnlyList<DecodingSetting> Of(DecodingOptions? call, DecodingOptions captioner, ProgramSearch? program, ICaptionDecoder decoder)
    {
        var callers = captioner.OverCallers(program?.Options);
        callers = call?.OverCallers(callers) ?? callers;
        var generation = (decoder as CaptionDecoder)?.Generation;
        var settled = (decoder as CaptionDecoder)?.Joined(callers) ?? callers;
        (DecodingOptions? Options, string Name)[] layers =
            [(call, "call"), (captioner, "captioner"), (program?.Options, program?.Source ?? ""), (generation?.Options, Path.GetFileName(generation?.File) ?? "model")];
        var said = layers.SelectMany(layer => (layer.Options?.SetOptions() ?? []).Select(option => (option.Key, option.Value, layer.Name))).ToLookup(option => option.Key);
        return
        [
            .. from option in settled.WithDefaults().SetOptions()
               select new DecodingSetting(
                   GenerationKeys.KeyOf(option.Key), option.Value, said[option.Key].FirstOrDefault(other => Equals(other.Value, option.Value)).Name ?? "default"),
        ];
    }
}
