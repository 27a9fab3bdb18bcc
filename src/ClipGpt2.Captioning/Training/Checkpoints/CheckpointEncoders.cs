using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Encoders that several checkpoints have in common: loaded once, and ended together.</summary>
/// <remarks>Belongs to one thread at a time.</remarks>
internal sealed class CheckpointEncoders : IDisposable
{
    private readonly Dictionary<(string Folder, ImageSize? Squash), ClipImageEncoder> _encoders = [];

    /// <summary>Whether an encoder is one of these.</summary>
    public bool Contains(IImageEncoder encoder) => _encoders.ContainsValue((encoder as ClipImageEncoder)!);

    /// <summary>The encoder of a model folder and a preparation of pictures, which is loaded if it isn't there yet.</summary>
    /// <param name="folder">The folder's full path.</param>
    /// <param name="squash">What pictures are squashed to first.</param>
    /// <param name="load">Loads it.</param>
    public ClipImageEncoder Get(string folder, ImageSize? squash, Func<ClipImageEncoder> load)
    {
        if (!_encoders.TryGetValue((folder, squash), out var encoder))
        {
            _encoders[(folder, squash)] = encoder = load();
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
}
