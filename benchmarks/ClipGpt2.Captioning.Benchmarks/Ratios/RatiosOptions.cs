using System.Globalization;

namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>The command line of <c>ratios</c>.</summary>
/// <param name="Group">One group, or null for all.</param>
/// <param name="Json">Where to write the rows as JSON, or null.</param>
/// <param name="Page">A Markdown page whose table is to be replaced, or null.</param>
/// <param name="Only">Measures just the workloads whose name holds this text, or null for all.</param>
/// <param name="Busy">Measures beside this many processes that never rest.</param>
internal sealed record RatiosOptions(string? Group, string? Json, string? Page, string? Only, int Busy)
{
    public const string Usage = "ratios [--group GROUP] [--json FILE] [--page FILE] [--only TEXT] [--busy N]";

    // More would be a mistake in typing, and a machine that doesn't answer.
    private const int MostBusy = 64;

    /// <summary>Reads the arguments after <c>ratios</c>.</summary>
    /// <exception cref="FormatException">They aren't as <see cref="Usage"/> says.</exception>
    public static RatiosOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new RatiosOptions(null, null, null, null, Busy: 0);
        for (; !arguments.IsEmpty; arguments = arguments[2..])
        {
            options = arguments switch
            {
                ["--group", var value, ..] => options with { Group = value },
                ["--json", var value, ..] => options with { Json = value },
                ["--page", var value, ..] => options with { Page = value },
                ["--only", var value, ..] => options with { Only = value },
                ["--busy", var value, ..] => options with { Busy = ParseBusy(value) },
                [var other, ..] => throw new FormatException($"'{other}' isn't an option, or lacks its value. Usage: {Usage}"),
                _ => options,
            };
        }

        return options;
    }

    private static int ParseBusy(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostBusy
        ? count
        : throw new FormatException($"--busy '{value}' isn't a number of processes from 0 to {MostBusy}. Usage: {Usage}");
}
