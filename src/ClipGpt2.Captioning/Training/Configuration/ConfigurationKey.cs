using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>A key of a section: its name, what it may be, and the property that holds it.</summary>
internal sealed class ConfigurationKey
{
    private readonly JsonPropertyInfo _property;

    public ConfigurationKey(JsonPropertyInfo property)
    {
        _property = property;
        var attributes = Property.GetCustomAttributes().ToList();
        Value = new ConfigurationValue(property.PropertyType)
        {
            Range = attributes.OfType<RangeAttribute>().SingleOrDefault(),
            Length = attributes.OfType<LengthAttribute>().SingleOrDefault(),
            Allowed = attributes.OfType<AllowedValuesAttribute>().SingleOrDefault()?.Values,
        };
    }

    public string Name => _property.Name;

    /// <summary>What values are of the right type and within the limits.</summary>
    public ConfigurationValue Value { get; }

    public Type Type => _property.PropertyType;

    public PropertyInfo Property => (PropertyInfo)_property.AttributeProvider!;

    public bool IsRequired => _property.IsRequired;

    /// <summary>Whether null is a value of its own; other optional keys count as left out if they are null.</summary>
    public bool IsNullable => _property.IsSetNullable;

    /// <summary>Whether the key holds keys itself.</summary>
    public bool IsSection => ConfigurationContract.Json.GetTypeInfo(Type).Kind == JsonTypeInfoKind.Object;

    /// <summary>What the key may be, in words.</summary>
    public string Expected => $"{(IsSection ? "an object" : Value.Expected)}{(IsNullable ? ", or null" : "")}";

    public object? Get(object section) => _property.Get!(section);

    /// <summary>The keys that the key holds; with their defaults from now on, if it was null.</summary>
    public object GetSection(object section)
    {
        if (Get(section) is { } inner)
        {
            return inner;
        }

        var made = Activator.CreateInstance(Type)!;
        _property.Set!(section, made);
        return made;
    }

    /// <summary>Whether the key is told where a configuration is: one that the reference program doesn't know is only where it says something.</summary>
    public bool IsTold(object section) =>
        Property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition is not JsonIgnoreCondition.WhenWritingDefault || !Equals(Get(section), Property.PropertyType.IsValueType ? Activator.CreateInstance(Property.PropertyType) : null);

    /// <summary>Puts a value of the file in; false if it is of another type.</summary>
    public bool TrySet(object section, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null && IsNullable)
        {
            _property.Set!(section, null);
            return true;
        }

        var value = Value.Read(json);
        if (value is not null)
        {
            _property.Set!(section, value);
        }

        return value is not null;
    }

    /// <summary>Whether a value of the right type is one that the key may be.</summary>
    public bool Allows(object? value) => value is null ? IsNullable : Value.Allows(value);
}
