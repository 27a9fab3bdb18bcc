namespace TrainScenes.Scenes;

/// <summary>Which scenes there are, by <see cref="Scene.IsHeldOut"/>.</summary>
internal enum SceneKind
{
    /// <summary>Those to train on: none that is held out.</summary>
    Training,

    /// <summary>Only those that are held out.</summary>
    HeldOut,

    /// <summary>All of them.</summary>
    Any,
}
