using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The captions of different lengths that a file's cases train on.</summary>
internal sealed class RaggedBatch(GoldenTensorFile file)
{
    public int Rows => (int)file["rows"].Shape[0];

    /// <summary>The loss of some of the rows.</summary>
    /// <param name="training">The model.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="loss">The loss of logits and labels.</param>
    public Tensor Loss(TinyTraining training, Range rows, Func<Tensor, Tensor, Tensor> loss)
    {
        var embeddings = file["rows"].Longs.ToArray().Select(row => (int)row).ToArray()[rows];
        return loss(training.Forward(embeddings, Part("tokens", rows), Part("mask", rows)), Labels(training, rows));
    }

    /// <summary>How many labels count among some of the rows.</summary>
    public long Count(TinyTraining training, Range rows) => NextTokenLoss.Count(Labels(training, rows));

    private Tensor Labels(TinyTraining training, Range rows)
    {
        var labels = Part("labels", rows);
        return cat([full_like(training.Unseen(labels), NextTokenLoss.Ignored), labels], 1);
    }

    private Tensor Part(string name, Range rows) => file[name].Rows(Enumerable.Range(0, Rows).ToArray()[rows]).ToTorch();
}
