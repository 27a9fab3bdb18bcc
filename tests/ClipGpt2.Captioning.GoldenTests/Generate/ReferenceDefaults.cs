using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>What <c>generate</c> takes where nobody says anything.</summary>
internal static class ReferenceDefaults
{
    public static DecodingOptions Of(ModelCompatibility compatibility) => new()
    {
        Beams = 1,
        EarlyStopping = EarlyStopping.Heuristic,
        MaxNewTokens = compatibility == ModelCompatibility.Transformers5 ? 20 : null,
        MaxLength = compatibility == ModelCompatibility.Transformers4 ? 20 : null,
        AllowPaddedTokens = true,
    };

    /// <summary>Those of them that arguments and file leave open, so that what is handed to the decoder says nothing else.</summary>
    public static DecodingOptions For(ModelCompatibility compatibility, DecodingOptions arguments, DecodingOptions file)
    {
        var defaults = Of(compatibility);
        var asked = arguments.Over(file);
        defaults.Beams = asked.Beams is null ? defaults.Beams : null;
        defaults.EarlyStopping = asked.EarlyStopping is null ? defaults.EarlyStopping : null;
        if (asked.MaxNewTokens is not null || asked.MaxLength is not null)
        {
            (defaults.MaxNewTokens, defaults.MaxLength) = (null, null);
        }

        return arguments.Over(defaults);
    }
}
