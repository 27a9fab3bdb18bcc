using System.Reflection;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>How options are called where somebody has given them, and how their values are written there.</summary>
internal abstract class OptionWords
{
    /// <summary>The options of a group.</summary>
    public abstract IEnumerable<OptionKey> KeysOf(Type group);

    /// <summary>What one of the trainer's options is called.</summary>
    /// <param name="path">The names of the properties that lead to it from <see cref="CaptionTrainerOptions"/> on, joined by dots.</param>
    public abstract string NameOf(string path);

    /// <summary>A value as it is written.</summary>
    public abstract string Text(object? value);
}

/// <summary>Options that are properties, in code.</summary>
internal sealed class CodeWords : OptionWords
{
    public override IEnumerable<OptionKey> KeysOf(Type group) => group.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => new OptionKey(property));

    public override string NameOf(string path) => path;

    public override string Text(object? value) => value switch
    {
        Enum or CaptionObjective => value.ToString()!,
        _ => ConfigurationContract.Text(value),
    };
}

/// <summary>Options that are keys of a configuration file.</summary>
internal sealed class FileWords(TrainingKinds kinds) : OptionWords
{
    public override IEnumerable<ConfigurationKey> KeysOf(Type group) => ConfigurationContract.KeysOf(group, kinds);

    public override string NameOf(string path) => TrainerOptionMap.Keys[path];

    public override string Text(object? value) => ConfigurationContract.Text(value is CaptionObjective objective ? objective.Name : value);
}
