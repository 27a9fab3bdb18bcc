namespace TrainScenes.Scenes;

/// <summary>Where a thing is drawn: its centre and half of its height, in pixels of a picture of <see cref="SceneDrawing.Width"/> by <see cref="SceneDrawing.Height"/>.</summary>
internal readonly record struct Place(float X, float Y, float Radius);
