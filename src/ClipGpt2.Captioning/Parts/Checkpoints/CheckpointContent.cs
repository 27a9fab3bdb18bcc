using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>What a checkpoint's file holds, in the words of this library's own form.</summary>
/// <param name="Form">Whose form it is.</param>
/// <param name="Tensors">The tensors; disposing them closes the file.</param>
/// <param name="Metadata">What is said beside them, as JSON by key.</param>
internal sealed record CheckpointContent(CheckpointForm Form, ITensorSource Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The table of tokens of GPT-2, whose rows are as long as a visual token.</summary>
    private const string TokenTable = "gpt.transformer.wte.weight";

    private static readonly string ProjectorSection = CheckpointNames.Of(PartRole.Projector).Section;

    /// <summary>What the names of the projector's tensors begin with.</summary>
    public string ProjectorPrefix => Form == CheckpointForm.ClipCap ? ClipCapCheckpoint.ProjectorPrefix : CheckpointNames.Of(PartRole.Projector).NamePrefix;

    /// <summary>Whether GPT-2's tensors are all there, so that nothing of the base's may stand in for one.</summary>
    public bool HasWholeDecoder => Form != CheckpointForm.Own;

    /// <summary>What the checkpoint says of its projector; of the reference program's and ClipCap's the tensors say it.</summary>
    /// <exception cref="CheckpointFormatException">It says nothing, or what it says or holds can't be.</exception>
    public ConfigSection Projector()
    {
        if (Form == CheckpointForm.Own)
        {
            return Section(ProjectorSection);
        }

        var config = ProjectorInference.Find(Tensors, ProjectorPrefix, HiddenSize());
        if (Has(ClipCapCheckpoint.ArgumentsKey))
        {
            config = config with { NormalizeEmbeddings = Section(ClipCapCheckpoint.ArgumentsKey).Flag("normalize_prefix", false) };
        }

        return ConfigSection.Parse($"{Tensors.Location}: {ProjectorSection}", JsonSerializer.SerializeToUtf8Bytes(config.ToJson()));
    }

    /// <summary>Whether the metadata have a part.</summary>
    public bool Has(string name) => Metadata.ContainsKey(name);

    /// <summary>A part of the metadata that must be there.</summary>
    /// <exception cref="CheckpointFormatException">It isn't, or isn't an object.</exception>
    public ConfigSection Section(string name) => Metadata.TryGetValue(name, out var text)
        ? ConfigSection.Parse($"{Tensors.Location}: {name}", Encoding.UTF8.GetBytes(text))
        : throw new CheckpointFormatException($"'{Tensors.Location}' says nothing of its '{name}': it is no checkpoint that a captioner can be built from.");

    private int HiddenSize() => Tensors.Tensors.GetValueOrDefault(TokenTable)?.Shape is [_, > 0 and <= int.MaxValue and var size]
        ? (int)size
        : throw new CheckpointFormatException($"'{Tensors.Location}' has no table of tokens '{TokenTable}' [V, H], which tells the size of a visual token.");
}
