namespace TrainScenes.Scenes;

/// <summary>A coloured shape.</summary>
internal readonly record struct Thing(Colour Colour, Shape Shape)
{
    /// <summary>As captions have it: <c>red circle</c>.</summary>
    public override string ToString() => $"{Colour} {Shape}".ToLowerInvariant();
}
