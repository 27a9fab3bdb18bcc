using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Weights.Adapters;

/// <summary>Which of a model's matrices have an adapter, by the names and patterns of a configuration.</summary>
/// <remarks>
/// Source: PEFT's <c>check_target_module_exists</c> and <c>get_pattern_key</c>. Patterns come out of files: they run in time linear in the name, and
/// what that excludes (lookarounds, back references) is refused.
/// </remarks>
internal sealed class LoraTargets
{
    private readonly LoraConfig _config;
    private readonly string _location;
    private readonly Regex? _pattern;
    private readonly List<(Regex Name, int Rank)> _ranks;
    private readonly List<(Regex Name, double Alpha)> _alphas;

    /// <param name="config">The configuration.</param>
    /// <param name="location">The file or option that it is from, for messages.</param>
    /// <exception cref="CheckpointFormatException">A pattern is no regular expression, or one that isn't done here.</exception>
    public LoraTargets(LoraConfig config, string location)
    {
        (_config, _location) = (config, location);
        _pattern = config.TargetPattern is { } pattern and not LoraConfig.AllLinear ? Whole(pattern) : null;
        _ranks = [.. config.RankPattern.Select(p => (EndOfName(p.Key), p.Value))];
        _alphas = [.. config.AlphaPattern.Select(p => (EndOfName(p.Key), p.Value))];
    }

    /// <summary>Those of a model's matrices that have an adapter.</summary>
    /// <param name="matrices">All that can have one.</param>
    /// <exception cref="CheckpointFormatException">There is none.</exception>
    public IReadOnlyList<LoraMatrix> Among(IReadOnlyList<LoraMatrix> matrices)
    {
        IReadOnlyList<LoraMatrix> found = [.. matrices.Where(matrix => IsTarget(matrix.Name))];
        return found.Count > 0 ? found : throw new CheckpointFormatException(
            $"The adapters of '{_location}' are for {Wanted()}, and the model has no such matrix: it has '{string.Join("', '", matrices.Take(4).Select(matrix => matrix.Name))}' and so on.");
    }

    /// <summary>Those of the configured names that no matrix has, which are slips of the pen where somebody wrote them by hand.</summary>
    public IReadOnlyList<string> Unknown(IReadOnlyList<LoraMatrix> matrices) =>
        _config.TargetPattern is null ? [.. _config.TargetModules.Where(target => !matrices.Any(matrix => IsNamed(matrix.Name, target)))] : [];

    /// <summary>The rank of a matrix's adapter.</summary>
    public int RankOf(string name) => _ranks.Where(p => p.Name.IsMatch(name)).Select(p => (int?)p.Rank).FirstOrDefault() ?? _config.Rank;

    /// <summary>What the product of a matrix's adapter is multiplied by.</summary>
    public double ScaleOf(string name)
    {
        var alpha = _alphas.Where(p => p.Name.IsMatch(name)).Select(p => (double?)p.Alpha).FirstOrDefault() ?? _config.Alpha;
        return alpha / (_config.RankStabilized ? Math.Sqrt(RankOf(name)) : RankOf(name));
    }

    private bool IsTarget(string name) => _config.TargetPattern is null
        ? _config.TargetModules.Any(target => IsNamed(name, target))
        : _pattern?.IsMatch(name) ?? true;

    private static bool IsNamed(string name, string target) => name == target || name.EndsWith("." + target, StringComparison.Ordinal);

    private string Wanted() => _config.TargetPattern is { } pattern ? $"'{pattern}'" : _config.TargetModules.Count == 0 ? "nothing" : $"'{string.Join("', '", _config.TargetModules)}'";

    private Regex EndOfName(string pattern) => Whole($@"(.*\.)?({pattern})");

    private Regex Whole(string pattern)
    {
        try
        {
            return new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new CheckpointFormatException($"'{_location}' has the pattern '{pattern}', which can't be used: {e.Message} List the names in target_modules.", e);
        }
    }
}

/// <summary>A matrix that can have an adapter.</summary>
/// <param name="Name">Its name in the model, without <c>.weight</c>.</param>
/// <param name="Inputs">How many numbers it reads.</param>
/// <param name="Outputs">How many it gives.</param>
internal readonly record struct LoraMatrix(string Name, int Inputs, int Outputs);
