using ClipGpt2.Captioning.Projectors;

namespace ClipGpt2.Captioning.Tests.Projectors;

/// <summary>The projectors once more, in plain arithmetic on arrays: slow, obvious, and independent of libtorch.</summary>
internal sealed class PlainProjectors(IReadOnlyDictionary<string, double[]> weights)
{
    public double[] Project(ProjectorConfig config, double[] embedding) => config.Kind switch
    {
        LinearTanhProjector.Kind => [.. Linear("0", embedding).Select(Math.Tanh)],
        LinearProjector.Kind => Linear("", embedding),
        MlpProjector.Kind => Linear("model.2", [.. Linear("model.0", embedding).Select(Math.Tanh)]),
        TransformerProjector.Kind => Transformer(config, embedding),
        _ => throw new ArgumentException(config.Kind),
    };

    private double[] Transformer(ProjectorConfig config, double[] embedding)
    {
        var hidden = config.HiddenSize;
        double[][] x = [.. Linear("linear", embedding).Chunk(hidden), .. weights["prefix_const"].Chunk(hidden)];
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = $"transformer.layers.{i}";
            var attended = Attend(layer + ".attn", [.. x.Select(row => Norm(layer + ".norm1", row))], config.Heads);
            x = [.. x.Select((row, t) => Add(row, attended[t]))];
            x = [.. x.Select(row => Add(row, Linear(layer + ".mlp.fc2", [.. Linear(layer + ".mlp.fc1", Norm(layer + ".norm2", row)).Select(v => Math.Max(v, 0))])))];
        }

        return [.. x.TakeLast(config.PrefixLength).SelectMany(row => row)];
    }

    private double[][] Attend(string name, double[][] x, int heads)
    {
        var hidden = x[0].Length;
        var size = hidden / heads;
        var queries = x.Select(row => Linear(name + ".to_queries", row)).ToArray();
        var keysAndValues = x.Select(row => Linear(name + ".to_keys_values", row)).ToArray();
        return [.. queries.Select(query => Linear(name + ".project", [.. Enumerable.Range(0, heads).SelectMany(head => Head(query, head * size))]))];

        double[] Head(double[] query, int at)
        {
            var scores = keysAndValues.Select(kv => Math.Exp(Enumerable.Range(at, size).Sum(d => query[d] * kv[d]) / Math.Sqrt(size))).ToArray();
            return [.. Enumerable.Range(at, size).Select(d => keysAndValues.Select((kv, t) => scores[t] * kv[hidden + d]).Sum() / scores.Sum())];
        }
    }

    private double[] Norm(string name, double[] x)
    {
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Select(v => (v - mean) * (v - mean)).Average() + 1e-5);
        return [.. x.Select((v, i) => ((v - mean) / deviation * weights[name + ".weight"][i]) + weights[name + ".bias"][i])];
    }

    private double[] Linear(string name, double[] x)
    {
        var prefix = name.Length == 0 ? "" : name + ".";
        var bias = weights.GetValueOrDefault(prefix + "bias");
        return [.. weights[prefix + "weight"].Chunk(x.Length).Select((row, o) => row.Zip(x, (w, v) => w * v).Sum() + (bias?[o] ?? 0))];
    }

    private static double[] Add(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a + b)];
}
