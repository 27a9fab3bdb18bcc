using System.Globalization;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>What unrelated sentences score on each layer: the zero of rescaled scores.</summary>
/// <remarks>Source: bert_score's <c>BERTScorer.baseline_vals</c>. The files are separated by commas although they are named <c>.tsv</c>.</remarks>
internal sealed class BertScoreBaseline
{
    private const string Content = "BERTScore's baselines";

    private readonly double[][] _layers;

    private BertScoreBaseline(double[][] layers) => _layers = layers;

    /// <summary>Reads a file; a layer's line is found by its position, whatever number it begins with.</summary>
    /// <exception cref="CaptioningException">The file can't be read, a line is wrong, or there is none for the layer.</exception>
    public static BertScoreBaseline Read(string path, int layer)
    {
        var rows = TextFile.Lines(path, Content).Skip(1).Where(line => line.Line.Length > 0).Select(line => Row(path, line.Number, line.Line)).ToArray();
        return rows.Length > layer
            ? new(rows)
            : throw new CaptioningException($"'{path}' has {Content} of {rows.Length} layers, and layer {layer} was asked for: take the file that belongs to the model.");
    }

    public void Rescale(int layer, BertScorePairs.Scores scores)
    {
        Rescale(scores.Precision, _layers[layer][0]);
        Rescale(scores.Recall, _layers[layer][1]);
        Rescale(scores.F, _layers[layer][2]);
    }

    private static void Rescale(double[] scores, double baseline)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = (scores[i] - baseline) / (1 - baseline);
        }
    }

    private static double[] Row(string path, int number, string line)
    {
        var values = line.Split(',')[1..].Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN).ToArray();
        return values.Length == 3 && values.All(value => double.IsFinite(value) && value != 1)
            ? values
            : throw new CaptioningException($"'{path}' line {number} is '{line}'; {Content} are 'layer,P,R,F' with three numbers other than 1.");
    }
}
