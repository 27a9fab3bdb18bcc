namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Names the trainer's option that a key stands for, which declares its limits; or the group of options that a section stands for.</summary>
/// <param name="path">The names of the properties that lead to it from <see cref="CaptionTrainerOptions"/> on.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TrainerOptionAttribute(params string[] path) : Attribute
{
    /// <summary>The names of the properties, joined by dots.</summary>
    public string Path { get; } = string.Join('.', path);

    /// <summary>Whether the key says the contrary of the option.</summary>
    public bool IsInverse { get; set; }
}
