using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Data.Sampling;
using ClipGpt2.Captioning.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Rewards;

/// <summary>Draws the captions of a step out of the model as it is, and weighs them by their rewards.</summary>
/// <remarks>What is drawn depends on the run's seed, the step, the pictures and the weights, so that a resumed run draws the same.</remarks>
internal sealed class RewardedSampling(Captioner captioner, TrainedModel model, CaptionTrainerOptions options, CaptionReward reward, CaptionTargets targets)
{
    private readonly SelfCriticalOptions _options = options.SelfCritical!;

    /// <summary>Draws captions for the pictures of a step.</summary>
    /// <param name="pictures">Batches of pictures.</param>
    /// <param name="step">The step's number.</param>
    /// <param name="token">Ends the work early.</param>
    /// <returns>The same batches with captions, and the mean reward of all.</returns>
    /// <exception cref="TrainingDivergedException">Weights aren't finite, so that nothing can be drawn.</exception>
    public (TrainingBatch[] Batches, double Reward) Draw(IReadOnlyList<TrainingBatch> pictures, long step, CancellationToken token)
    {
        using var frozen = no_grad();
        using var fast = (captioner.Decoder as ITrainableDecoder)?.ForInference();
        try
        {
            var drawn = pictures.Select(batch => Draw(fast ?? captioner.Decoder, batch, step, token)).ToList();
            return ([.. drawn.Select(batch => batch.Batch)], drawn.SelectMany(batch => batch.Rewards).Average());
        }
        catch (CaptioningException e) when (model.Weights.Any(weight => !IsFinite(weight.Weight)))
        {
            throw new TrainingDivergedException(
                "Weights aren't finite any more, and no caption can be drawn with them: the training has diverged. Lower the learning rate and clip gradients (MaxGradientNorm). Checkpoints that were written before are unharmed.", e);
        }
    }

    private static bool IsFinite(Tensor weight)
    {
        using var scope = NewDisposeScope();
        return weight.isfinite().all().item<bool>();
    }

    private (TrainingBatch Batch, double[] Rewards) Draw(ICaptionDecoder decoder, TrainingBatch batch, long step, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        var prefix = captioner.Projector.Project(model.Embed(batch.Pictures)); // [B, P, H]
        var samples = Sample(decoder, prefix, batch.PictureNumbers, step, token);
        var rewards = Rewards(batch.PictureNumbers, samples, token);
        var advantages = _options.Baseline == SelfCriticalBaseline.Greedy
            ? Advantages.Over(rewards, reward.Of(batch.PictureNumbers, Greedy(decoder, prefix, token), token))
            : Advantages.OverOthers(rewards, _options.Samples);
        var tokens = samples.SelectMany(picture => picture.Select(sample => (ReadOnlyMemory<int>)sample.TokenIds.ToArray()));
        var captions = CaptionBatch.Create([.. tokens], targets, captioner.VisualPositions, advantages);
        var rows = Enumerable.Range(0, captions.Rows).Select(row => (long)(row / _options.Samples));
        return (batch with { Captions = captions, Pictures = batch.Pictures with { Rows = [.. rows] } }, rewards);
    }

    /// <summary>By pictures, and for each of them its samples.</summary>
    private IReadOnlyList<IReadOnlyList<DecodedSequence>> Sample(ICaptionDecoder decoder, Tensor prefix, IReadOnlyList<int> pictures, long step, CancellationToken token)
    {
        var search = Search();
        search.Sample = true;
        search.ReturnedSequences = _options.Samples;
        search.Temperature = _options.Temperature;
        search.TopK = 0;
        search.Seed = DerivedSeed.Of(options.Seed, step);
        search.ImageNumbers = [.. pictures.Select(picture => (long)picture)];
        var samples = decoder.Decode(prefix, search, token);
        return samples.Count == pictures.Count && samples.All(picture => picture.Count == _options.Samples && picture.All(sample => sample.TokenIds.Count > 0))
            ? samples
            : throw new CaptioningException(
                $"{decoder.GetType()} was to draw {_options.Samples} captions of at least one token for each of {pictures.Count} pictures ({nameof(DecodingOptions)}.{nameof(search.Sample)}, {nameof(search.ReturnedSequences)}), and didn't: self-critical training needs a decoder that does.");
    }

    private string[] Greedy(ICaptionDecoder decoder, Tensor prefix, CancellationToken token) =>
        [.. decoder.Decode(prefix, Search(), token).Select(picture => Text(picture[0]))];

    /// <summary>The model's own distribution, whatever its folder says of searches.</summary>
    private DecodingOptions Search() =>
        new DecodingOptions { Beams = 1, MaxNewTokens = _options.MaxNewTokens ?? options.MaxTextTokens, TokenizerLength = captioner.Tokenizer.Length() }.WithDefaults();

    /// <summary>Picture by picture. One sample of each picture makes a corpus, in which no picture comes twice.</summary>
    private double[] Rewards(IReadOnlyList<int> pictures, IReadOnlyList<IReadOnlyList<DecodedSequence>> samples, CancellationToken token)
    {
        var bySample = Enumerable.Range(0, _options.Samples)
            .Select(sample => reward.Of(pictures, [.. samples.Select(picture => Text(picture[sample]))], token))
            .ToList();
        return [.. Enumerable.Range(0, pictures.Count).SelectMany(picture => bySample.Select(rewards => rewards[picture]))];
    }

    private string Text(DecodedSequence caption)
    {
        var text = TokenizedCaptions.Decode(captioner.Tokenizer, caption.TokenIds);
        return caption.FinishReason == FinishReason.EndToken ? reward.Ended(text) : text;
    }
}
