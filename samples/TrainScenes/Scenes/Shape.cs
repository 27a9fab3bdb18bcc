namespace TrainScenes.Scenes;

/// <summary>What a thing in a scene is.</summary>
internal enum Shape
{
    Circle,
    Square,
    Triangle,
    Star,
    Cross,
    Ring,
}
