using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>What a checkpoint's file holds, in the words of this library's own form.</summary>
/// <param name="Form">Whose form it is.</param>
/// <param name="Tensors">The tensors; disposing them closes the file.</param>
/// <param name="Metadata">What is said beside them, as JSON by key.</param>
internal sealed record CheckpointContent(CheckpointForm Form, ITensorSource Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>What the names of the projector's tensors begin with.</summary>
    public string ProjectorBeginning => Form == CheckpointForm.ClipCap ? ClipCapCheckpoint.ProjectorBeginning : "projector.";

    /// <summary>Whether GPT-2's tensors are all there, so that nothing of the base's may stand in for one.</summary>
    public bool HasWholeDecoder => Form != CheckpointForm.Own;
}
