using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Encoders that several checkpoints have in common: loaded once, and ended together.</summary>
/// <remarks>Belongs to one thread at a time.</remarks>
internal sealed class CheckpointEncoders : IDisposable
{
    private readonly Dictionary<Key, ClipImageEncoder> _encoders = [];

    /// <summary>Whether an encoder is one of these.</summary>
    public bool Contains(IImageEncoder encoder) => _encoders.ContainsValue((encoder as ClipImageEncoder)!);

    /// <summary>The encoder of a model folder and a preparation of pictures, which is loaded if it isn't there yet.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="load">Loads it.</param>
    public ClipImageEncoder Get(Key key, Func<ClipImageEncoder> load)
    {
        if (!_encoders.TryGetValue(key, out var encoder))
        {
            _encoders[key] = encoder = load();
        }

        return encoder;
    }

    public void Dispose()
    {
        foreach (var encoder in _encoders.Values)
        {
            encoder.Dispose();
        }
    }

    /// <summary>What tells encoders apart.</summary>
    /// <param name="Folder">The model folder's full path.</param>
    /// <param name="Squash">What pictures are squashed to first.</param>
    /// <param name="Transform">The order of the preprocessing's steps; null for the model's own.</param>
    internal readonly record struct Key(string Folder, ImageSize? Squash, ImageTransform? Transform);
}
