using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Diversity;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Metrics.Rouge;

namespace ClipGpt2.Captioning.Tool.Evaluating;

/// <summary>The metrics that <c>--metrics</c> names, separated by commas.</summary>
internal static class MetricChoice
{
    public const string Standard = "bleu,meteor,rouge,cider";

    private static readonly string[] Names = ["bleu", "meteor", "rouge", "cider", "diversity"];

    /// <exception cref="CaptioningException">A name isn't known, or METEOR's data can't be read.</exception>
    public static CaptionEvaluator Create(string names, string? meteorData)
    {
        var chosen = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var unknown = chosen.Where(name => !Names.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (unknown.Count > 0 || chosen.Count == 0)
        {
            throw new CaptioningException($"--metrics: '{string.Join("', '", unknown)}' isn't known; give some of {string.Join(", ", Names)}, separated by commas.");
        }

        return new CaptionEvaluator(chosen.ConvertAll(name => Create(name.ToLowerInvariant(), () => meteorData is null ? null : MeteorData.Load(meteorData))));
    }

    private static ICaptionMetric Create(string name, Func<MeteorData?> meteorData) => name switch
    {
        "bleu" => new BleuMetric(),
        "meteor" => new MeteorMetric(new MeteorOptions { Data = meteorData() }),
        "rouge" => new RougeLMetric(),
        "cider" => new CiderMetric(),
        _ => new DiversityMetric(),
    };
}
