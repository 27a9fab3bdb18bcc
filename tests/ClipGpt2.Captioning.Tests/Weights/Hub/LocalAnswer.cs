namespace ClipGpt2.Captioning.Tests.Weights.Hub;

/// <summary>What a <see cref="LocalServer"/> answers, well or badly.</summary>
internal sealed record LocalAnswer(int Status)
{
    /// <summary>The headers. <c>Content-Length</c> is the body's unless it is set here; an empty one sends none.</summary>
    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>After how many bytes of the body the connection ends.</summary>
    public int? BreakAfter { get; init; }

    /// <summary>After how many bytes of the body nothing more comes, though the connection stays.</summary>
    public int? StallAfter { get; init; }

    /// <summary>The wait between two pieces of the body.</summary>
    public TimeSpan Pause { get; init; }

    public LocalAnswer With(string header, string value)
    {
        Headers[header] = value;
        return this;
    }
}

/// <summary>What a <see cref="LocalServer"/> was asked.</summary>
internal sealed record LocalRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, int Port)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
