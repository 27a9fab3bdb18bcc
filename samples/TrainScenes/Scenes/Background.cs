namespace TrainScenes.Scenes;

/// <summary>What lies behind a scene's things: one colour each.</summary>
internal enum Background
{
    Grass,
    Sky,
    Gray,
    Beach,
}
