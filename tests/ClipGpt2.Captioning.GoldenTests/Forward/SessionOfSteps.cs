using ClipGpt2.Captioning.Decoding;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>A decoding session that goes through a case's columns, and begins where every row has something that isn't padding.</summary>
/// <param name="inputs">The case's inputs.</param>
/// <param name="start">The columns that it begins with; null for no session at all.</param>
/// <param name="columns">All columns.</param>
internal sealed class SessionOfSteps(Gpt2Inputs inputs, int? start, int columns) : IDisposable
{
    private IDecodingSession? _session;
    private int _read;

    /// <summary>Reads the columns up to an end; null while the session hasn't begun.</summary>
    public IDecodingSession? ReadTo(int end)
    {
        if (start is null || end < start)
        {
            return null;
        }

        if (_session is null)
        {
            (_session, _read) = (inputs.StartSession(start.Value, columns - start.Value), start.Value);
        }

        for (; _read < end; _read++)
        {
            _session.Advance([.. Enumerable.Range(0, _session.Rows)], inputs.TokensAt(_read));
        }

        return _session;
    }

    public void Dispose() => _session?.Dispose();
}
