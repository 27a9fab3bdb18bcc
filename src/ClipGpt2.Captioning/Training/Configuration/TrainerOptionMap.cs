using System.Reflection;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Which of the trainer's options each key of a configuration stands for.</summary>
/// <remarks>
/// A section whose property names a group of options derives from the group's type, or is of it: the keys that it inherits are the group's. Other keys name
/// their options themselves.
/// </remarks>
internal static class TrainerOptionMap
{
    /// <summary>The paths of keys by the paths of the options that they stand for.</summary>
    public static IReadOnlyDictionary<string, string> Keys { get; } = Pairs().ToDictionary();

    /// <summary>The property that declares an option.</summary>
    public static PropertyInfo PropertyAt(string path)
    {
        var (type, property) = (typeof(CaptionTrainerOptions), default(PropertyInfo));
        foreach (var name in path.Split('.'))
        {
            property = type.GetProperty(name) ?? throw new InvalidOperationException($"{type} has no option '{name}'.");
            type = property.PropertyType;
        }

        return property!;
    }

    /// <summary>Copies what a configuration says into options: groups first, since single keys may say more about them.</summary>
    public static void Copy(TrainingConfiguration configuration, CaptionTrainerOptions options)
    {
        var sections = ConfigurationContract.KeysOf(typeof(TrainingConfiguration), configuration.Kinds);
        foreach (var section in sections)
        {
            if (section.Option is { } group)
            {
                Set(options, group.Path, Copied(section.Get(configuration), PropertyAt(group.Path).PropertyType));
            }
        }

        foreach (var section in sections)
        {
            var keys = section.Get(configuration) is { } held ? ConfigurationContract.KeysOf(section.Type, configuration.Kinds).Select(key => (key.Option, Value: key.Get(held))) : [];
            foreach (var (option, value) in keys)
            {
                if (option is not null && Converted(value, option, configuration.Kinds) is { } converted)
                {
                    Set(options, option.Path, converted);
                }
            }
        }
    }

    private static IEnumerable<(string Option, string Key)> Pairs()
    {
        foreach (var section in ConfigurationContract.KeysOf(typeof(TrainingConfiguration)))
        {
            var group = section.Option?.Path;
            if (group is not null)
            {
                yield return (group, section.Name);
            }

            foreach (var key in ConfigurationContract.KeysOf(section.Type))
            {
                var inherited = group is not null && PropertyAt(group).PropertyType.IsAssignableTo(key.Property.DeclaringType) ? $"{group}.{key.Property.Name}" : null;
                if ((key.Option?.Path ?? inherited) is { } option)
                {
                    yield return (option, $"{section.Name}.{key.Name}");
                }
            }
        }
    }

    /// <summary>A key's value as the option's; null where the option keeps its default, as with a name that isn't known, which is said elsewhere.</summary>
    private static object? Converted(object? value, TrainerOptionAttribute option, TrainingKinds kinds) => value switch
    {
        bool flag when option.IsInverse => !flag,
        string name when PropertyAt(option.Path).PropertyType == typeof(CaptionObjective) => kinds.Objectives.Find(name),
        _ => value,
    };

    /// <summary>A new group of options: the trainer's setup may change it, and the configuration stays.</summary>
    private static object? Copied(object? group, Type type)
    {
        if (group is null)
        {
            return null;
        }

        var copy = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            property.SetValue(copy, property.GetValue(group));
        }

        return copy;
    }

    private static void Set(CaptionTrainerOptions options, string path, object? value)
    {
        object? owner = options;
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            owner = owner?.GetType().GetProperty(name)!.GetValue(owner);
        }

        // A group that was set to null in code is an error of its own.
        if (owner is not null)
        {
            owner.GetType().GetProperty(names[^1])!.SetValue(owner, value);
        }
    }
}
