using ClipGpt2.Captioning.Encoders;

namespace ClipGpt2.Captioning.Parts;

/// <summary>Encoders that several captioners have in common: loaded once, and ended together.</summary>
/// <remarks>Belongs to one thread at a time.</remarks>
internal sealed class SharedEncoders : IDisposable
{
    private readonly Dictionary<(string Path, string Description), IImageEncoder> _encoders = [];

    /// <summary>Whether an encoder is one of these.</summary>
    public bool Contains(IImageEncoder encoder) => _encoders.ContainsValue(encoder);

    /// <summary>The encoder of a model and a description, which is loaded if it isn't there yet.</summary>
    /// <param name="path">The model's full path.</param>
    /// <param name="description">What else it is loaded by.</param>
    /// <param name="load">Loads it.</param>
    public IImageEncoder Get(string path, string description, Func<IImageEncoder> load)
    {
        if (!_encoders.TryGetValue((path, description), out var encoder))
        {
            _encoders[(path, description)] = encoder = load();
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
