using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Training.Data;

namespace TrainScenes.Scenes;

/// <summary>Scenes as a data set: they are drawn when a trainer asks for their pixels, and nothing is kept.</summary>
/// <param name="scenes">Where they come from.</param>
/// <param name="count">The number of examples.</param>
/// <param name="captionsPerScene">How many of the five forms each scene is shown with: all five in a row, or one that changes from scene to scene.</param>
internal sealed class SceneDataset(SceneGenerator scenes, int count, int captionsPerScene = 1) : ICaptionDataset
{
    public int Count => count;

    public CaptionExample this[int index]
    {
        get
        {
            var number = index / captionsPerScene;
            var scene = scenes[number];
            return new CaptionExample
            {
                ImageId = $"scene-{number}",
                Caption = scene.Captions[index % SceneCaptions.Forms],
                Image = ImageSource.FromPixels(() => SceneDrawing.Draw(scene), $"scene-{number}"),
                Location = $"scene {number}, form {index % SceneCaptions.Forms}",
            };
        }
    }
}
