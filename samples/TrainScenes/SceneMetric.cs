using ClipGpt2.Captioning.Metrics;
using TrainScenes.Scenes;

namespace TrainScenes;

/// <summary>What captions say right of the scenes of a <see cref="SceneDataset"/>, as a metric for the trainer.</summary>
internal sealed class SceneMetric(SceneGenerator scenes) : ICaptionMetric
{
    public string Name => "Scenes";

    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var verdicts = corpus.Images.Select(image => SceneVerdict.Of(scenes[SceneDataset.NumberOf(image.Id)], image.Candidate)).ToList();
        return new MetricResult(Name, [Score("colours", v => v.Colours), Score("shapes", v => v.Shapes), Score("relation", v => v.Relation)]);

        MetricScore Score(string key, Func<SceneVerdict, bool> isRight)
        {
            var perImage = verdicts.ConvertAll(v => isRight(v) ? 1.0 : 0);
            return new MetricScore(key, perImage.Average(), perImage);
        }
    }
}
