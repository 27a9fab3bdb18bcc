using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Writes caption checkpoints: the trained tensors, and in the metadata what is needed to build a captioner around them.</summary>
/// <remarks>Equal weights and figures give equal bytes: there is no time in the file.</remarks>
internal sealed class CheckpointWriter(Captioner captioner, TrainedModel model, IReadOnlyDictionary<string, JsonNode> description)
{
    /// <summary>Writes a checkpoint, or replaces it as a whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainLoss">The mean loss of the epoch so far.</param>
    /// <param name="figures">The validation that the weights had; null if they had none.</param>
    public void Write(string path, double trainLoss, ValidationFigures? figures)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var tensors = CheckpointTensors.Of(captioner.Parts, model.Trains).ToList();
        RefuseLost(tensors);
        SafetensorsWriter.Write(path, tensors, Metadata(trainLoss, figures));
    }

    /// <summary>A part that stores its weights under other names than it trains them by would lose them without a word.</summary>
    private void RefuseLost(List<KeyValuePair<string, Tensor>> tensors)
    {
        var names = tensors.Select(tensor => tensor.Key).ToHashSet(StringComparer.Ordinal);
        var lost = model.Weights.Where(weight => !names.Contains(captioner.Parts.NamesOf(weight.Role).NamePrefix + weight.Name[(weight.Role.Length + 1)..])).Select(weight => weight.Name).ToList();
        if (lost.Count > 0)
        {
            throw new CaptioningException(
                $"The checkpoint would lack '{string.Join("', '", lost.Take(10))}': {nameof(ITrainable)}.{nameof(ITrainable.StoredParameters)} must name every weight as {nameof(ITrainable.NamedParameters)} does.");
        }
    }

    private Dictionary<string, string> Metadata(double trainLoss, ValidationFigures? figures)
    {
        var metadata = CheckpointSections.ToMetadata(description);
        metadata["train_loss"] = SortedJson.Number(trainLoss);
        metadata["validation_loss"] = SortedJson.Number(figures?.Loss);
        metadata["validation_bert_precision"] = SortedJson.Number(Metric("bertscore_p"));
        metadata["validation_bert_recall"] = SortedJson.Number(Metric("bertscore_r"));
        metadata["validation_bert_f1_score"] = SortedJson.Number(Metric("bertscore_f"));
        metadata["validation_metrics"] = SortedJson.Text(new JsonObject((figures?.Metrics ?? new Dictionary<string, double>()).Select(m => new KeyValuePair<string, JsonNode?>(m.Key, JsonNode.Parse(SortedJson.Number(m.Value))))));
        return metadata;

        double? Metric(string key) => figures?.Metrics.TryGetValue(key, out var value) == true ? value : null;
    }
}
