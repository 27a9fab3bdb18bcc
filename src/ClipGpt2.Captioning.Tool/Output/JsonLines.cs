using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>Standard output as one JSON object a line, in UTF-8 whatever the terminal's encoding; nothing else is written there.</summary>
internal static class JsonLines
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteNumbers() },
    };

    private static readonly Stream Output = Console.OpenStandardOutput();

    /// <summary>Writes a line at once, so that a reader at the other end of a pipe sees each result when it is there.</summary>
    public static void Write<T>(T value)
    {
        Output.Write([.. JsonSerializer.SerializeToUtf8Bytes(value, Form), (byte)'\n']);
        Output.Flush();
    }

    /// <summary>A value as it would stand in a line.</summary>
    public static string Text(object value) => JsonSerializer.Serialize(value, Form);

    /// <summary>JSON has no NaN: a figure that is no number is null.</summary>
    private sealed class FiniteNumbers : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
