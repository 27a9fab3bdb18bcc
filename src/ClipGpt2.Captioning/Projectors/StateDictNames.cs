using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>A projector inside a bigger model's state dict: all its names have the same beginning.</summary>
/// <param name="namePrefix">Such as <c>clip_project.</c> in ClipCap's checkpoints.</param>
internal sealed class StateDictNames(string namePrefix) : WeightNameMap
{
    public override string StoredName(string name) => namePrefix + name;

    public override bool IsBuffer(string storedName) => !storedName.StartsWith(namePrefix, StringComparison.Ordinal);
}
