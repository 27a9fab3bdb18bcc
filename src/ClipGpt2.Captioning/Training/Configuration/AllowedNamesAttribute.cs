namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Says that a text, or each text of a list, must be a name that a registry has at the time.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class AllowedNamesAttribute : Attribute
{
    public abstract IEnumerable<string> Names(TrainingKinds kinds);
}

/// <summary>A metric's name.</summary>
internal sealed class MetricNamesAttribute : AllowedNamesAttribute
{
    public override IEnumerable<string> Names(TrainingKinds kinds) => kinds.Metrics.Kinds.Select(kind => kind.Name);
}

/// <summary>The name of a metric that captions can be rewarded by.</summary>
internal sealed class RewardNamesAttribute : AllowedNamesAttribute
{
    public override IEnumerable<string> Names(TrainingKinds kinds) => kinds.Metrics.Kinds.Where(kind => kind.IsReward).Select(kind => kind.Name);
}

/// <summary>The name of a form of captions.</summary>
internal sealed class FormNamesAttribute : AllowedNamesAttribute
{
    public override IEnumerable<string> Names(TrainingKinds kinds) => kinds.Forms.Forms.Select(form => form.Name);
}

/// <summary>An objective's name.</summary>
internal sealed class ObjectiveNamesAttribute : AllowedNamesAttribute
{
    public override IEnumerable<string> Names(TrainingKinds kinds) => kinds.Objectives.Objectives.Select(objective => objective.Name);
}

/// <summary>The kinds of projectors that can be made afresh.</summary>
internal sealed class ProjectorNamesAttribute : AllowedNamesAttribute
{
    public override IEnumerable<string> Names(TrainingKinds kinds) => kinds.Parts.Projectors.FreshNames;
}
