using System.Text;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>What a checkpoint's file holds, in the words of this library's own form.</summary>
/// <param name="Form">Whose form it is.</param>
/// <param name="Tensors">The tensors; disposing them closes the file.</param>
/// <param name="Metadata">What is said beside them, as JSON by key.</param>
internal sealed record CheckpointContent(CheckpointForm Form, ITensorSource Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const string Gpt2Config = "gpt2_config";

    /// <summary>What the names of the projector's tensors begin with.</summary>
    public string ProjectorBeginning => Form == CheckpointForm.ClipCap ? ClipCapCheckpoint.ProjectorBeginning : "projector.";

    /// <summary>What the checkpoint says of its projector; of the reference program's and ClipCap's the tensors say it.</summary>
    /// <param name="hiddenSize">The size of a prefix vector.</param>
    /// <exception cref="CheckpointFormatException">It says nothing, or what it says or holds can't be.</exception>
    public ProjectorConfig ProjectorConfig(int hiddenSize)
    {
        if (Form == CheckpointForm.Own)
        {
            return Projectors.ProjectorConfig.Read(Section("projector_config"));
        }

        var config = ProjectorInference.Find(Tensors, ProjectorBeginning, hiddenSize);
        return Metadata.ContainsKey(ClipCapCheckpoint.ArgumentsKey)
            ? config with { NormalizeEmbeddings = Section(ClipCapCheckpoint.ArgumentsKey).Flag("normalize_prefix", false) }
            : config;
    }

    /// <summary>A part of the metadata that must be there.</summary>
    /// <exception cref="CheckpointFormatException">It isn't, or isn't an object.</exception>
    public ConfigSection Section(string name) => Metadata.TryGetValue(name, out var text)
        ? ConfigSection.Parse($"{Tensors.Location}: {name}", Encoding.UTF8.GetBytes(text))
        : throw new CheckpointFormatException($"'{Tensors.Location}' says nothing of its '{name}': it is no checkpoint that a captioner can be built from.");

    /// <summary>Whose reading of GPT-2's files the checkpoint was trained with, where it says that.</summary>
    public ModelCompatibility? Compatibility => Metadata.ContainsKey(Gpt2Config) ? RecordedCompatibility.Find(Section(Gpt2Config)) : null;

    /// <summary>Whether GPT-2's tensors are all there, so that nothing of the base's may stand in for one.</summary>
    public bool HasWholeDecoder => Form != CheckpointForm.Own;
}
