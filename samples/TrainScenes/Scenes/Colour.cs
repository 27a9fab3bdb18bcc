namespace TrainScenes.Scenes;

/// <summary>The colour of a thing in a scene.</summary>
internal enum Colour
{
    Red,
    Green,
    Blue,
    Yellow,
    Purple,
    Orange,
    White,
    Black,
}
