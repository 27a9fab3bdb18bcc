using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>The seed's checkpoints: a dictionary of nine keys, three of which are its configuration objects.</summary>
/// <remarks>Source: <c>save_model</c> of the seed's <c>trainer.py</c> and its <c>PickleSchema</c>.</remarks>
internal static class SeedCheckpoint
{
    public const string StateDictKey = "caption_model_state_dict";

    private static readonly string[] Sections = ["clip_config", "gpt2_config", "training_config"];
    private static readonly string[] Figures = ["train_loss", "validation_loss", "validation_bert_precision", "validation_bert_recall", "validation_bert_f1_score"];

    public static bool IsOne(PyTorchFile file) => file.Root.Find(StateDictKey) is not null;

    /// <exception cref="Weights.CheckpointFormatException">A key is missing, or holds something else than it should.</exception>
    public static CheckpointContent Read(PyTorchFile file)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var section in Sections)
        {
            metadata[section] = SortedJson.Text(PyTorchJson.Of(file.Root[section]) as JsonObject ?? throw file.Root[section].Error("must be a configuration with its fields"));
        }

        foreach (var figure in Figures)
        {
            metadata[figure] = file.Root[figure] is { Kind: not PyTorchValueKind.None } value ? SortedJson.Number(value.AsNumber()) : "null";
        }

        return new CheckpointContent(CheckpointForm.Seed, file.OwningTensorsOf(file.Root[StateDictKey]), metadata);
    }
}
