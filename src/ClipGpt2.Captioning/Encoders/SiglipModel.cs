using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Both towers of SigLIP: embeddings of pictures and texts in one space, and how well they match.</summary>
/// <remarks>
/// Source: Zhai et al. 2023; transformers' <c>SiglipModel</c>. Inputs may be on any device; results are float32 on the model's, the caller's own, and
/// not normalised. Holds weights and nothing else: any number of threads may call it.
/// </remarks>
internal sealed class SiglipModel : IDisposable, ITrainable
{
    private readonly LayerSet _layers;
    private readonly ComputeOptions _compute;

    private SiglipModel(Parts parts, LayerSet layers, ComputeOptions compute)
    {
        (Vision, Text, LogitScale, LogitBias) = parts;
        _layers = layers;
        _compute = compute;
    }

    public SiglipVisionTower Vision { get; }

    public SiglipTextTower Text { get; }

    /// <summary>What the cosines are multiplied by, as its logarithm: [1].</summary>
    public Tensor LogitScale { get; }

    /// <summary>What is added to the scaled cosines: [1].</summary>
    public Tensor LogitBias { get; }

    /// <summary>Loads a model in Hugging Face's form.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or its weights don't fit its configuration.</exception>
    public static SiglipModel Load(ModelFolder folder, ComputeOptions? compute = null)
    {
        var options = compute ?? new();
        options.Validate();
        var (vision, text) = (SiglipConfig.Vision(folder.Config), SiglipConfig.Text(folder.Config));
        using var loader = new WeightLoader(folder.Weights, options, new SiglipNames(folder.Weights));
        var (parts, layers) = LayerLoader.Load(loader, l => new Parts(new(vision, l), new(text, l), l.Weight("logit_scale", 1), l.Weight("logit_bias", 1)));
        return new SiglipModel(parts, layers, options);
    }

    /// <summary>How well pictures [N, D] and texts [M, D] match: [N, M], the <c>logits_per_image</c> whose sigmoid is a probability.</summary>
    public Tensor Similarity(Tensor imageEmbeddings, Tensor textEmbeddings) => ForwardPass.Run(_compute, () =>
        Contrastive.Logits(imageEmbeddings, textEmbeddings, LogitScale).Plus(LogitBias));

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    public void Dispose() => _layers.Dispose();

    private sealed record Parts(SiglipVisionTower Vision, SiglipTextTower Text, Tensor LogitScale, Tensor LogitBias);
}
