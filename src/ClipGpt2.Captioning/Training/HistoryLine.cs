using System.Text.Json;

namespace ClipGpt2.Captioning.Training;

/// <summary>One epoch as a line of a <see cref="TrainingHistory"/>.</summary>
internal static class HistoryLine
{
    /// <summary>The names that BERTScore's figures have here, beside their metrics' keys.</summary>
    private static readonly (string Name, string Key)[] BertScore =
    [
        ("bertscore_precision", "bertscore_p"), ("bertscore_recall", "bertscore_r"), ("bertscore_f1", "bertscore_f"),
    ];

    private static readonly HashSet<string> Taken =
    [
        "epoch", "step", "train_loss", "train_reward", "validation_loss", "seconds", "learning_rate", "is_best", .. BertScore.Select(b => b.Name), .. BertScore.Select(b => b.Key),
    ];

    public static void Write(EpochFigures epoch, Stream stream)
    {
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("epoch", epoch.Epoch);
            writer.WriteNumber("step", epoch.Step);
            WriteFigure(writer, "train_loss", epoch.TrainLoss);
            if (epoch.TrainReward is not null)
            {
                WriteFigure(writer, "train_reward", epoch.TrainReward);
            }

            WriteFigure(writer, "validation_loss", epoch.ValidationLoss);
            foreach (var (name, key) in BertScore)
            {
                WriteFigure(writer, name, epoch.Metrics.TryGetValue(key, out var figure) ? figure : null);
            }

            WriteFigure(writer, "seconds", epoch.Seconds);
            WriteFigure(writer, "learning_rate", epoch.LearningRate);
            writer.WriteBoolean("is_best", epoch.IsBest);

            // An own metric may be called like one of these names: an object has each name once.
            foreach (var (key, figure) in epoch.Metrics.Where(m => !Taken.Contains(m.Key)).OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                WriteFigure(writer, key, figure);
            }

            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <exception cref="CaptioningException">The line isn't an epoch; the message begins with the place.</exception>
    public static EpochFigures Read(string line, string place)
    {
        using var json = Parse(line, place);
        var fields = json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        var metrics = fields.Where(f => !Taken.Contains(f.Key)).ToDictionary(f => f.Key, f => Figure(f.Value, f.Key, place) ?? double.NaN);
        foreach (var (name, key) in BertScore)
        {
            if (fields.TryGetValue(name, out var value) && Figure(value, name, place) is { } figure)
            {
                metrics[key] = figure;
            }
        }

        return new()
        {
            Epoch = (int)Count("epoch", int.MaxValue),
            Step = Count("step", long.MaxValue),
            TrainLoss = Required("train_loss") ?? double.NaN,
            TrainReward = fields.TryGetValue("train_reward", out var reward) ? Figure(reward, "train_reward", place) : null,
            ValidationLoss = Required("validation_loss"),
            Metrics = metrics,
            Seconds = Required("seconds") ?? double.NaN,
            LearningRate = Required("learning_rate") ?? double.NaN,
            IsBest = fields.TryGetValue("is_best", out var best) && best.ValueKind == JsonValueKind.True,
        };

        double? Required(string key) => Figure(Field(key), key, place);

        long Count(string key, long limit) => Field(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var count) && count >= 0 && count <= limit
            ? count
            : throw new CaptioningException($"{place}: '{key}' must be an integer from 0 on.");

        JsonElement Field(string key) => fields.TryGetValue(key, out var value) ? value : throw new CaptioningException($"{place}: an epoch has the key '{key}', which is missing.");
    }

    private static JsonDocument Parse(string line, string place)
    {
        try
        {
            var json = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? json
                : throw new CaptioningException($"{place}: an epoch is a JSON object, not {json.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw new CaptioningException($"{place} isn't a JSON object: {e.Message}", e);
        }
    }

    private static double? Figure(JsonElement value, string key, string place) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.GetDouble(),
        _ => throw new CaptioningException($"{place}: '{key}' must be a number or null."),
    };

    /// <summary>JSON has no NaN: a figure that is no number is null.</summary>
    private static void WriteFigure(Utf8JsonWriter writer, string name, double? figure)
    {
        if (figure is { } value && double.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
