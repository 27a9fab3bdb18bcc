using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training;

/// <summary>A captioner as something with weights to train and a loss.</summary>
/// <remarks>Used by one thread, which keeps the captioner to itself.</remarks>
internal sealed class TrainedModel
{
    private readonly Captioner _captioner;
    private readonly double _smoothing;
    private readonly HashSet<string> _trained;

    /// <summary>Frees and freezes weights as the options ask.</summary>
    /// <exception cref="CaptioningException">A part that is to be trained can't be, or nothing is left to train.</exception>
    public TrainedModel(Captioner captioner, FreezingOptions freezing, double labelSmoothing = 0)
    {
        _captioner = captioner;
        _smoothing = labelSmoothing;
        TrainsEncoder = !freezing.Encoder;
        Weights = new WeightSelection(captioner, freezing).Apply();
        _trained = Weights.Select(weight => weight.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The weights that are trained, in a fixed order.</summary>
    public IReadOnlyList<TrainedWeight> Weights { get; }

    /// <summary>Whether a weight is trained.</summary>
    /// <param name="role">The role of its part (<see cref="PartRole"/>).</param>
    /// <param name="name">Its name in the part.</param>
    public bool Trains(string role, string name) => _trained.Contains($"{role}.{name}");

    /// <summary>Whether pictures must pass through the encoder in every step.</summary>
    public bool TrainsEncoder { get; }

    /// <summary>What logits are divided by while the model is trained, where captions are drawn that way too.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The loss of a batch, by itself.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="tokens">What to divide the sum over its tokens by.</param>
    public double Loss(TrainingBatch batch, long tokens)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var captions = batch.Captions;
        return captions.Labels is [] ? 0 : PositionLoss.Value(Logits(batch, dropout: null), captions.Labels, smoothing: 0, tokens, captions.Weights);
    }

    /// <summary>The loss of a batch, with labels smoothed as the run asks, and adds what flows back from it to the weights' gradients.</summary>
    /// <param name="batch">The batch, in which at least one token counts.</param>
    /// <param name="tokens">What to divide the sum over its tokens by.</param>
    /// <param name="dropout">The random zeros of the pass, or null.</param>
    public double Backward(TrainingBatch batch, long tokens, DropoutMasks? dropout = null)
    {
        using var scope = NewDisposeScope();
        using var recording = enable_grad();
        var logits = Logits(batch, dropout);
        logits = Temperature == 1 ? logits : logits.Times(1 / Temperature);
        var mayOverwrite = _captioner.Decoder is IProductLogits;
        return PositionLoss.Backward(logits, batch.Captions.Labels, _smoothing, tokens, mayOverwrite, batch.Captions.Weights);
    }

    /// <summary>The embeddings [B, D] of a batch's pictures; the caller's own.</summary>
    public Tensor Embed(PictureBatch pictures)
    {
        using var scope = NewDisposeScope();
        var embeddings = pictures.ArePixels ? Encode(pictures.ToTensor()) : pictures.ToTensor();
        return (pictures.Rows is { } rows ? embeddings.index_select(0, tensor(rows).to(embeddings.device)) : embeddings).MoveToOuterDisposeScope();
    }

    private Tensor Encode(Tensor pixels)
    {
        using var frozen = TrainsEncoder ? null : no_grad();
        return _captioner.Encoder.Encode(pixels);
    }

    /// <summary>[N, V].</summary>
    private Tensor Logits(TrainingBatch batch, DropoutMasks? dropout)
    {
        var captions = batch.Captions;
        var prefix = _captioner.Projector.Project(Embed(batch.Pictures)); // [B, P, H]
        var ids = tensor(captions.Inputs, ScalarType.Int64).view(captions.Rows, captions.Width);
        var outputs = tensor(captions.Outputs, ScalarType.Int64);
        return _captioner.Decoder switch
        {
            IProductLogits decoder => decoder.ProductLogits(prefix, ids, outputs, dropout),
            ITrainableDecoder decoder => decoder.Forward(prefix, ids, outputs, dropout),
            var decoder => decoder.Forward(prefix, ids).flatten(0, 1).index_select(0, outputs.to(prefix.device)),
        };
    }
}
