using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What a value of the configuration may be: read, checked and said in words at one place.</summary>
/// <remarks>Types are as the reference program's pydantic takes them, but no text is taken for a number: integers do for numbers, and 64.0 for an integer.</remarks>
internal sealed class ConfigurationValue(Type type)
{
    // JSON has no number for it.
    private const string Infinity = "Infinity";

    private readonly Type _type = Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>The limits of a number, or of each number of a list.</summary>
    public RangeAttribute? Range { get; init; }

    /// <summary>The number of values in a list.</summary>
    public LengthAttribute? Length { get; init; }

    /// <summary>The values that are allowed; null for all of the type's.</summary>
    public IReadOnlyList<object?>? Allowed { get; init; }

    /// <summary>What is right, in words.</summary>
    public string Expected(OptionWords words) => this switch
    {
        { IsPlain: false } => "given",
        { Item: { } item } => $"a list of {Count}values, each {item.Expected(words)}",
        { Members: { } members } => $"one of {string.Join(", ", members.Select(words.Text))}",
        _ when _type == typeof(bool) => "true or false",
        _ when _type == typeof(string) => "a text that isn't empty",
        _ => $"{(_type == typeof(double) ? "a number" : "an integer")}{Limits}{(MayBeInfinite ? $", or \"{Infinity}\"" : "")}",
    };

    public double Minimum => Range is null ? double.NegativeInfinity : Convert.ToDouble(Range.Minimum, CultureInfo.InvariantCulture);

    public double Maximum => Range is null ? double.PositiveInfinity : Convert.ToDouble(Range.Maximum, CultureInfo.InvariantCulture);

    /// <summary>Attributes can't leave an end open: these stand for no limit.</summary>
    public bool IsOpen => Maximum >= int.MaxValue;

    /// <summary>Whether infinity is a value like others.</summary>
    public bool MayBeInfinite => Range is not null && double.IsPositiveInfinity(Maximum);

    private ConfigurationValue? Item => ListOf(_type) is { } item ? new ConfigurationValue(item) { Range = Range, Allowed = Allowed } : null;

    /// <summary>Whether files can hold such a value; code has others too.</summary>
    private bool IsPlain => Item?.IsPlain ?? (IsNumber || _type.IsEnum || _type == typeof(bool) || _type == typeof(string) || _type == typeof(char));

    private bool IsNumber => _type == typeof(int) || _type == typeof(long) || _type == typeof(double);

    private string Count => Length switch
    {
        null => "",
        { MaximumLength: int.MaxValue } => $"{Length.MinimumLength} or more ",
        _ => $"{Length.MinimumLength} ",
    };

    private IEnumerable<object?>? Members => (Allowed ?? (_type.IsEnum ? Enum.GetValues(_type).Cast<object?>() : null))?.Where(value => value is not null);

    private string Limits => (Minimum, IsOpen) switch
    {
        (double.NegativeInfinity, _) => "",
        (double.Epsilon, true) => " above 0",
        (double.Epsilon, false) => $" above 0, at most {ConfigurationContract.Text(Maximum)}",
        (_, true) => $" from {ConfigurationContract.Text(Minimum)} on",
        _ => $" from {ConfigurationContract.Text(Minimum)} to {ConfigurationContract.Text(Maximum)}",
    };

    /// <summary>The value, whatever its range; null if it is of another type.</summary>
    public object? Read(JsonElement json)
    {
        if (Item is { } item)
        {
            return ReadList(json, item);
        }

        if (MayBeInfinite && json.ValueKind == JsonValueKind.String)
        {
            return json.ValueEquals(Infinity) ? double.PositiveInfinity : null;
        }

        if (IsNumber)
        {
            return json.ValueKind == JsonValueKind.Number ? ReadNumber(json) : null;
        }

        if (Named(json) is { } name)
        {
            return name;
        }

        try
        {
            return json.Deserialize(_type, ConfigurationContract.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a value of the right type is within the limits.</summary>
    public bool Allows(object value) => value switch
    {
        string text => !string.IsNullOrWhiteSpace(text) && IsAllowed(text),
        Enum => Enum.IsDefined(value.GetType(), value) && IsAllowed(value),
        IEnumerable list when Item is not null => list.Cast<object>().ToList() is var values && IsCount(values.Count) && values.All(Item!.Allows),
        int or long or double => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && number >= Minimum && number <= Maximum,
        _ => IsAllowed(value),
    };

    private bool IsAllowed(object value) => Allowed is null || Allowed.Contains(value);

    private bool IsCount(int count) => Length is null || (count >= Length.MinimumLength && count <= Length.MaximumLength);

    /// <summary>One of the allowed names as it is written by who allows it: small and capital letters are the same in a file, as with enumerations.</summary>
    private string? Named(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? Allowed?.OfType<string>().FirstOrDefault(name => name.Equals(json.GetString(), StringComparison.OrdinalIgnoreCase))
        : null;

    private static Type? ListOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? type.GetGenericArguments()[0] : null;

    private object? ReadNumber(JsonElement json)
    {
        if (_type == typeof(double))
        {
            return double.IsFinite(json.GetDouble()) ? json.GetDouble() : null;
        }

        if (json.TryGetInt64(out var integer) || IsIntegral(json.GetDouble(), out integer))
        {
            return _type == typeof(long) ? integer : integer is >= int.MinValue and <= int.MaxValue ? (int)integer : null;
        }

        return null;
    }

    /// <summary>Python writes some integers with a decimal point, such as 64.0.</summary>
    private static bool IsIntegral(double number, out long integer)
    {
        var isIntegral = number == Math.Floor(number) && Math.Abs(number) <= 1L << 53;
        integer = isIntegral ? (long)number : 0;
        return isIntegral;
    }

    private static IList? ReadList(JsonElement json, ConfigurationValue item)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item._type))!;
        foreach (var value in json.EnumerateArray())
        {
            if (item.Read(value) is not { } read)
            {
                return null;
            }

            list.Add(read);
        }

        return list;
    }
}
