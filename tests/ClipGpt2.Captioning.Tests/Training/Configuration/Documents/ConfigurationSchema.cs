using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration.Documents;

/// <summary>The configuration's JSON schema, for editors.</summary>
internal static class ConfigurationSchema
{
    private static readonly JsonSerializerOptions Indented = new(ConfigurationContract.Json) { WriteIndented = true, NewLine = "\n" };

    public static string Create()
    {
        var exporter = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete };
        var schema = Indented.GetJsonSchemaAsNode(typeof(TrainingConfiguration), exporter).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "A training run of ClipGpt2.Captioning");
        schema["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string", ["description"] = "Where this schema is, for editors." });
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Complete(JsonSchemaExporterContext context, JsonNode node)
    {
        var schema = node.AsObject();
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            schema["additionalProperties"] = false;
        }

        if (context.PropertyInfo is { } property)
        {
            Complete(ConfigurationKey.Of(property, new TrainingKinds()), schema);
        }
        else if (context.Path.IsEmpty)
        {
            schema.Insert(0, "description", XmlDocumentation.SummaryOf(context.TypeInfo.Type));
        }

        return schema;
    }

    private static void Complete(ConfigurationKey key, JsonObject schema)
    {
        var description = XmlDocumentation.SummaryOf(key.Property);
        if (!key.IsSection && !key.IsRequired)
        {
            var (seed, other) = ConfigurationDefaults.Of(key);
            description += other is null ? "" : $" With another objective than the reference program's, the default is {other}.";
            schema["default"] = JsonNode.Parse(seed);
        }

        schema.Insert(0, "description", description);
        if (!key.IsRequired && schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.DeepClone(), "null");
        }

        Limit(key, schema);
        if (!key.IsRequired && schema["enum"] is JsonArray names && !names.Contains(null))
        {
            names.Add((JsonNode?)null);
        }
    }

    private static void Limit(ConfigurationKey key, JsonObject schema)
    {
        if (key.Value.Allowed is { } allowed)
        {
            var named = schema["items"]?.AsObject() ?? schema;
            named.Remove("type");
            named["enum"] = new JsonArray([.. allowed.Select(value => JsonNode.Parse(ConfigurationContract.Text(value)))]);
        }

        if (key.Value.Length is { } length)
        {
            schema["minItems"] = length.MinimumLength;
            if (length.MaximumLength < int.MaxValue)
            {
                schema["maxItems"] = length.MaximumLength;
            }
        }

        if (key.Value.MayBeInfinite)
        {
            // The exporter lets in NaN and the negative infinity too; limits are for numbers only.
            schema["anyOf"] = new JsonArray(new JsonObject { ["type"] = new JsonArray("number", "null") }, new JsonObject { ["const"] = "Infinity" });
        }

        var limited = schema["items"]?.AsObject() ?? schema;
        if (key.Value.Minimum is var minimum && double.IsFinite(minimum))
        {
            limited[minimum == double.Epsilon ? "exclusiveMinimum" : "minimum"] = minimum == double.Epsilon ? 0 : Number(minimum);
        }

        if (!key.Value.IsOpen)
        {
            limited["maximum"] = Number(key.Value.Maximum);
        }

        if (key.Type == typeof(string) && key.Value.Allowed is null)
        {
            schema["minLength"] = 1;
        }
    }

    private static JsonNode? Number(double value) => JsonNode.Parse(value.ToString("R", CultureInfo.InvariantCulture));
}
