using System.Globalization;
using System.Text.Json;
using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>Writes rows as aligned text, one as soon as it is there, and all as JSON.</summary>
internal static class RatioReport
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static string Header { get; } = Line("workload", "unit", "ours", "(quartiles)", "peer", "ratio", "(quartiles)", "of limit", "tries", "limit");

    public static string Format(RatioRow row) => Line(
        row.Workload,
        row.Unit,
        Number(row.Ours),
        Spread(row.OursSpread),
        row.PeerValue is { } peer ? Number(peer) : "-",
        row.Ratio is { } ratio ? ratio.ToString("F2", CultureInfo.InvariantCulture) : "-",
        Spread(row.RatioSpread),
        row.Fraction is { } fraction ? fraction.ToString("F2", CultureInfo.InvariantCulture) : "-",
        row.Tries.ToString(CultureInfo.InvariantCulture),
        $"{row.Limit ?? "-"}{(row.Valid ? "" : $"  invalid: the peer reached {row.PeerShareOfExpected:F2} of what it is known to")}");

    public static void WriteJson(string path, IReadOnlyList<RatioRow> rows)
    {
        var unfinished = path + ".tmp";
        File.WriteAllText(unfinished, JsonSerializer.Serialize(rows, Json) + "\n");
        File.Move(unfinished, path, overwrite: true);
    }

    private static string Line(string workload, string unit, string ours, string oursSpread, string peer, string ratio, string ratioSpread, string fraction, string tries, string limit) =>
        $"{workload,-44} {unit,-10} {ours,10} {oursSpread,15} {peer,10} {ratio,6} {ratioSpread,12} {fraction,8} {tries,5}  {limit}";

    private static string Spread(double[]? quartiles) => quartiles is [var lower, var upper] ? $"{Number(lower)}-{Number(upper)}" : "";

    private static string Number(double value) => value switch
    {
        >= 1000 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
