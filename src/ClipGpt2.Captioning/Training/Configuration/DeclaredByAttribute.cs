namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Names the option whose limits a key has, where the key isn't one of the trainer's.</summary>
/// <param name="type">The options.</param>
/// <param name="property">The option's name.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DeclaredByAttribute(Type type, string property) : Attribute
{
    public Type Type { get; } = type;

    public string Property { get; } = property;
}
