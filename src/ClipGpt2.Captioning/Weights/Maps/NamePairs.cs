namespace ClipGpt2.Captioning.Weights.Maps;

/// <summary>Names in two forms, to be looked up either way.</summary>
/// <param name="pairs">By which name a model asks, and which one a form of stored weights has for it.</param>
internal sealed class NamePairs(params (string Model, string Stored)[] pairs)
{
    private readonly Dictionary<string, string> _stored = pairs.ToDictionary(pair => pair.Model, pair => pair.Stored, StringComparer.Ordinal);
    private readonly Dictionary<string, string> _model = pairs.ToDictionary(pair => pair.Stored, pair => pair.Model, StringComparer.Ordinal);

    public string? Stored(string model) => _stored.GetValueOrDefault(model);

    public string? Model(string stored) => _model.GetValueOrDefault(stored);

    /// <summary>The first pair of which something holds, or null.</summary>
    public (string Model, string Stored)? Find(Func<(string Model, string Stored), bool> holds)
    {
        var index = Array.FindIndex(pairs, pair => holds(pair));
        return index < 0 ? null : pairs[index];
    }
}
