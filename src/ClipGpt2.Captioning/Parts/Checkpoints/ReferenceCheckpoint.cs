using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>The reference program's checkpoints: a dictionary of nine keys, three of which are its configuration objects.</summary>
/// <remarks>Source: <c>save_model</c> of the reference program's <c>trainer.py</c> and its <c>PickleSchema</c>.</remarks>
internal static class ReferenceCheckpoint
{
    public const string StateDictKey = "caption_model_state_dict";

    private static readonly string[] Sections = ["clip_config", "gpt2_config", "training_config"];
    private static readonly string[] Figures = ["train_loss", "validation_loss", "validation_bert_precision", "validation_bert_recall", "validation_bert_f1_score"];

    public static bool IsOne(PyTorchFile file) => Content(file) is not null;

    /// <exception cref="CheckpointFormatException">A key is missing, or holds something else than it should.</exception>
    public static CheckpointContent Read(PyTorchFile file)
    {
        var root = Content(file) ?? file.Root;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var section in Sections)
        {
            metadata[section] = SortedJson.Text(PyTorchJson.Of(root[section]) as JsonObject ?? throw root[section].Error("must be a configuration with its fields"));
        }

        foreach (var figure in Figures)
        {
            metadata[figure] = root[figure] is { Kind: not PyTorchValueKind.None } value ? SortedJson.Number(value.AsNumber()) : "null";
        }

        return new CheckpointContent(CheckpointForm.Reference, Wrapping.TakeOff(file.OwningTensorsOf(root[StateDictKey])), metadata);
    }

    /// <summary>The dictionary, which another program may have put under a key of its own.</summary>
    private static PyTorchValue? Content(PyTorchFile file) =>
        new[] { file.Root }.Concat(Wrapping.Keys.Select(file.Root.Find).OfType<PyTorchValue>()).FirstOrDefault(value => value.Find(StateDictKey) is not null);
}
