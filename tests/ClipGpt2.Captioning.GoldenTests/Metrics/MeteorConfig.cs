using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>METEOR's options of a golden configuration, which gives the jar's arguments and what they mean.</summary>
internal static partial class MeteorConfig
{
    private static readonly Lazy<MeteorData> Golden = new(() => MeteorData.Load(GoldenRoot.Path("metrics/meteor_data")));

    public static MeteorData Data => Golden.Value;

    /// <summary>The options of a configuration; one that isn't described is a described one with the beam that its name ends with, as those which are have it.</summary>
    public static MeteorOptions Read(JsonElement configs, string name)
    {
        if (!configs.TryGetProperty(name, out var config) && OtherBeam().Match(name) is { Success: true } other)
        {
            var described = Read(configs, other.Groups[1].Value);
            described.BeamSize = int.Parse(other.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            return described;
        }

        return Read(config.ValueKind == JsonValueKind.Object ? config : throw new InvalidOperationException($"The configuration '{name}' isn't described."));
    }

    private static MeteorOptions Read(JsonElement config)
    {
        var parameters = Numbers(config, "parameters");
        var weights = Numbers(config, "weights");
        var options = new MeteorOptions
        {
            Data = Data,
            Alpha = parameters[0],
            Beta = parameters[1],
            Gamma = parameters[2],
            Delta = parameters[3],
            Weights = [.. weights, .. new double[MeteorStatistics.Matchers - weights.Length]],
            BeamSize = config.GetProperty("beam").GetInt32(),
            Normalize = false,
            Matchers = config.GetProperty("modules").GetString()!.Split(' ').Select(Matcher).Aggregate((a, b) => a | b),
        };
        ReadSwitches(config.GetProperty("args").GetString()!, options);
        return options;
    }

    private static void ReadSwitches(string arguments, MeteorOptions options)
    {
        var switches = arguments.Split('"').Where((_, i) => i % 2 == 0).SelectMany(part => part.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        foreach (var (argument, i) in switches.Select((a, i) => (a, i)).Where(a => a.a.StartsWith('-')))
        {
            switch (argument)
            {
                case "-norm":
                    options.Normalize = true;
                    break;
                case "-noPunct":
                    options.KeepPunctuation = false;
                    break;
                case "-lower" or "-m" or "-p" or "-w" or "-x":
                    break; // lower case is always on; the others' meanings have fields of their own
                default:
                    throw new InvalidOperationException($"Unknown argument '{argument}' ({i}).");
            }
        }
    }

    [GeneratedRegex(@"\A(.+)_beam(\d+)\z")]
    private static partial Regex OtherBeam();

    private static MeteorMatchers Matcher(string module) => module switch
    {
        "exact" => MeteorMatchers.Exact,
        "stem" => MeteorMatchers.Stem,
        "synonym" => MeteorMatchers.Synonym,
        "paraphrase" => MeteorMatchers.Paraphrase,
        _ => throw new InvalidOperationException($"Unknown module '{module}'."),
    };

    private static double[] Numbers(JsonElement config, string name) =>
        [.. config.GetProperty(name).GetString()!.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
}
