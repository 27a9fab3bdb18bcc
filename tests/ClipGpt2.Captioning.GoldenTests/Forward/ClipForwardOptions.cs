using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>The options of one case.</summary>
internal sealed record ClipForwardOptions(string Model, Precision Precision, int? EndId, int? MaxLength, string Loss)
{
    public static ClipForwardOptions Read(GoldenCase golden)
    {
        var options = new ClipForwardOptions(golden.Root.GetProperty("model").GetString()!, Precision.Float32, null, null, "");
        foreach (var name in golden.Part("options").Names)
        {
            var value = golden.Part("options")[name];
            options = name switch
            {
                "model" => options with { Model = value.Text().Split(' ')[0] },
                "dtype" => options with { Precision = PrecisionOf(value.Text()) },
                "eos_token_id" => options with { EndId = (int?)value.IntegerOrNull() },
                "max_length" => options with { MaxLength = (int?)value.IntegerOrNull() },
                "loss" => options with { Loss = value.Text() },
                _ => throw new XunitException($"Nothing is known of the option '{name}'."),
            };
        }

        return options;
    }

    /// <summary>A type's name, perhaps with a remark.</summary>
    private static Precision PrecisionOf(string type) => type.Split(' ')[0] switch
    {
        "float32" => Precision.Float32,
        "bfloat16" => Precision.BFloat16,
        _ => throw new XunitException($"Nothing is known of the dtype '{type}'."),
    };
}
