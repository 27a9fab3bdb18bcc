using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>An option of a group, as the property that declares it says: its name, and what values are right.</summary>
/// <param name="property">The property that holds the value.</param>
/// <param name="declaration">The property whose attributes say what is right: the same, or the trainer's option that it stands for.</param>
/// <param name="names">The names that are allowed, where a registry knows them; otherwise null.</param>
internal class OptionKey(PropertyInfo property, PropertyInfo declaration, IEnumerable<string>? names = null)
{
    public OptionKey(PropertyInfo property)
        : this(property, property)
    {
    }

    public virtual string Name => Property.Name;

    public PropertyInfo Property { get; } = property;

    public Type Type => Property.PropertyType;

    /// <summary>What values are of the right type and within the limits.</summary>
    public ConfigurationValue Value { get; } = new(property.PropertyType)
    {
        Range = declaration.GetCustomAttribute<RangeAttribute>(),
        Length = LengthOf(declaration),
        Allowed = names?.ToArray() ?? declaration.GetCustomAttribute<AllowedValuesAttribute>()?.Values,
    };

    public virtual bool IsRequired => false;

    /// <summary>Whether null is a value of its own.</summary>
    public virtual bool IsNullable => Nullable.GetUnderlyingType(Type) is not null || new NullabilityInfoContext().Create(Property).ReadState == NullabilityState.Nullable;

    /// <summary>Whether the option holds options itself.</summary>
    public virtual bool IsSection => Property.IsDefined(typeof(ValidateObjectMembersAttribute));

    public object? Get(object section) => Property.GetValue(section);

    /// <summary>Whether a value of the right type is one that the option may be.</summary>
    public bool Allows(object? value) => value is null ? IsNullable : Value.Allows(value);

    /// <summary>What the option may be, in words.</summary>
    public string Expected(OptionWords words) => $"{(IsSection ? "an object" : Value.Expected(words))}{(IsNullable ? ", or null" : "")}";

    private static LengthAttribute? LengthOf(PropertyInfo declaration) => declaration.GetCustomAttribute<LengthAttribute>()
        ?? (declaration.GetCustomAttribute<MinLengthAttribute>() is { } least ? new LengthAttribute(least.Length, int.MaxValue) : null);
}
