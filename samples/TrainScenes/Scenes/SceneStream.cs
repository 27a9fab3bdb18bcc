using ClipGpt2.Captioning.Training.Data;

namespace TrainScenes.Scenes;

/// <summary>Scenes without end: every epoch shows new ones, so that there is nothing to learn by heart.</summary>
/// <remarks>The first scenes are alike in places and sizes; variety grows until it is full, since shapes are learned sooner where they stand still.</remarks>
/// <param name="scenes">Where they come from.</param>
/// <param name="scenesPerEpoch">How many an epoch shows.</param>
/// <param name="variousFrom">The number of the first scene of full variety.</param>
internal sealed class SceneStream(SceneGenerator scenes, int scenesPerEpoch, long variousFrom) : ICaptionStream
{
    /// <summary>How many of its captions come with a scene.</summary>
    public const int CaptionsPerScene = 2;

    // The last form says nothing of the relation: it is rare, so that a search that is in doubt doesn't fall back on it.
    private static readonly int[] Forms = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 4, 2, 3];

    public IEnumerable<CaptionExample> Read(int epoch, CancellationToken token = default)
    {
        for (var i = 0; i < scenesPerEpoch; i++)
        {
            token.ThrowIfCancellationRequested();
            var number = ((long)epoch * scenesPerEpoch) + i;
            var scene = scenes.WithVariety(number, Math.Min(1, (float)number / variousFrom));
            for (var caption = 0; caption < CaptionsPerScene; caption++)
            {
                yield return SceneDataset.Example(scene, number, Forms[((number * CaptionsPerScene) + caption) % Forms.Length]);
            }
        }
    }
}
