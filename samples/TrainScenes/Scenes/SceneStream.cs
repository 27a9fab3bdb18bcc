using ClipGpt2.Captioning.Training.Data;

namespace TrainScenes.Scenes;

/// <summary>Scenes without end: every epoch shows new ones, so that there is nothing to learn by heart.</summary>
/// <param name="scenes">Where they come from.</param>
/// <param name="scenesPerEpoch">How many an epoch shows, each with one caption.</param>
internal sealed class SceneStream(SceneGenerator scenes, int scenesPerEpoch) : ICaptionStream
{
    public IEnumerable<CaptionExample> Read(int epoch, CancellationToken token = default)
    {
        for (var i = 0; i < scenesPerEpoch; i++)
        {
            token.ThrowIfCancellationRequested();
            yield return SceneDataset.Example(scenes, ((long)epoch * scenesPerEpoch) + i, i);
        }
    }
}
