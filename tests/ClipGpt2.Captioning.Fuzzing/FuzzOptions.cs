using System.Globalization;

namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>The command line.</summary>
/// <param name="Runs">How many files each reader is given.</param>
/// <param name="Seed">Decides which.</param>
/// <param name="Reader">One reader, or null for all.</param>
/// <param name="Case">The only case to run, whose file is kept; null for all.</param>
internal sealed record FuzzOptions(int Runs, int Seed, string? Reader, int? Case)
{
    public const string Usage = "--runs N --seed S [--reader NAME] [--case N]";

    /// <exception cref="FormatException">The arguments aren't as <see cref="Usage"/> says.</exception>
    public static FuzzOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new FuzzOptions(1000, 1, null, null);
        for (; !arguments.IsEmpty; arguments = arguments[2..])
        {
            options = arguments switch
            {
                ["--runs", var value, ..] => options with { Runs = Number(value) },
                ["--seed", var value, ..] => options with { Seed = Number(value) },
                ["--reader", var value, ..] => options with { Reader = value },
                ["--case", var value, ..] => options with { Case = Number(value) },
                [var other, ..] => throw new FormatException($"'{other}' isn't an option, or lacks its value. Usage: {Usage}"),
                _ => options,
            };
        }

        return options;
    }

    private static int Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"'{value}' isn't a number from 0. Usage: {Usage}");
}
