using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>A key of a section in a file: its name, what it may be, and the property that holds it.</summary>
internal sealed class ConfigurationKey : OptionKey
{
    private readonly JsonPropertyInfo _property;

    private ConfigurationKey(JsonPropertyInfo property, PropertyInfo held, TrainerOptionAttribute? option, TrainingKinds kinds)
        : base(held, DeclarationOf(held, option), held.GetCustomAttribute<AllowedNamesAttribute>()?.Names(kinds))
    {
        (_property, Option) = (property, option);
    }

    /// <summary>The key of a property of the contract, with the names that are known.</summary>
    public static ConfigurationKey Of(JsonPropertyInfo property, TrainingKinds kinds)
    {
        var held = (PropertyInfo)property.AttributeProvider!;
        return new(property, held, held.GetCustomAttribute<TrainerOptionAttribute>(), kinds);
    }

    public override string Name => _property.Name;

    /// <summary>The trainer's option, or group of them, that the key stands for by itself; null for none.</summary>
    public TrainerOptionAttribute? Option { get; }

    public override bool IsRequired => _property.IsRequired;

    /// <summary>Whether null is a value of its own; other optional keys count as left out if they are null.</summary>
    public override bool IsNullable => _property.IsSetNullable;

    /// <summary>Whether the key holds keys itself.</summary>
    public override bool IsSection => ConfigurationContract.Json.GetTypeInfo(Type).Kind == JsonTypeInfoKind.Object;

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

    private static PropertyInfo DeclarationOf(PropertyInfo held, TrainerOptionAttribute? option) => option is not null
        ? TrainerOptionMap.PropertyAt(option.Path)
        : held.GetCustomAttribute<DeclaredByAttribute>() is { } by ? by.Type.GetProperty(by.Property)! : held;

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
}
