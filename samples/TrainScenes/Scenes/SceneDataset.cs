using System.Globalization;
using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Training.Data;

namespace TrainScenes.Scenes;

/// <summary>Scenes as a data set, each with its five captions: they are drawn when a trainer asks for their pixels, and nothing is kept.</summary>
/// <param name="scenes">Where they come from.</param>
/// <param name="count">The number of scenes.</param>
internal sealed class SceneDataset(SceneGenerator scenes, int count) : ICaptionDataset
{
    private const string IdPrefix = "scene-";

    public int Count => SceneCaptions.Forms * count;

    public CaptionExample this[int index] => Example(scenes[index / SceneCaptions.Forms], index / SceneCaptions.Forms, index % SceneCaptions.Forms);

    /// <summary>The number of the scene that an example's picture shows.</summary>
    internal static long NumberOf(string imageId) => long.Parse(imageId.AsSpan(IdPrefix.Length), CultureInfo.InvariantCulture);

    /// <summary>A scene with one of its captions.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="number">Its number.</param>
    /// <param name="form">The caption's form.</param>
    internal static CaptionExample Example(Scene scene, long number, int form) => new()
    {
        ImageId = $"{IdPrefix}{number}",
        Caption = scene.Captions[form],
        Image = ImageSource.FromPixels(() => SceneDrawing.Draw(scene), $"{IdPrefix}{number}"),
        Location = $"scene {number}, form {form}",
    };
}
