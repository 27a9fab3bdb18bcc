using System.Security.Cryptography;
using System.Text;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Rewards;

/// <summary>What captions for the training pictures are worth.</summary>
internal sealed class CaptionReward
{
    // A word of letters, which the tokenization leaves as it is, and which people don't write.
    private const string End = "endofcaption";

    private readonly IReadOnlyList<CaptionedImage> _pictures;
    private readonly ICaptionMetric _metric;
    private readonly string? _key;
    private readonly bool _endIsWord;

    private CaptionReward(CaptionedImage[] pictures, SelfCriticalOptions options)
    {
        _endIsWord = options is { Reward: null, EndIsWord: true };
        _pictures = [.. pictures.Select(picture => picture with { References = [.. picture.References.Select(Ended)] })];
        _metric = options.Reward ?? new CiderMetric(new CiderOptions { DocumentFrequencies = CiderDocumentFrequencies.Of(new CaptionCorpus(_pictures)) });
        _key = options.RewardKey;
    }

    /// <summary>Prepares the rewards.</summary>
    /// <param name="captions">The training examples.</param>
    /// <param name="dataset">Where their texts are.</param>
    /// <param name="options">Which metric; without one document frequencies are counted here.</param>
    public static CaptionReward Create(TokenizedCaptions captions, ICaptionDataset dataset, SelfCriticalOptions options)
    {
        var references = captions.TextsOf(dataset);
        CaptionedImage[] pictures = [.. captions.Pictures.Select((picture, i) => new CaptionedImage(picture.ImageId, "", references[i]))];
        return new CaptionReward(pictures, options);
    }

    /// <summary>A caption that is complete, as the metric is to see it.</summary>
    public string Ended(string caption) => _endIsWord ? $"{caption} {End}" : caption;

    /// <summary>The rewards of one caption for each of some pictures.</summary>
    /// <param name="pictures">The pictures' numbers, none twice.</param>
    /// <param name="captions">As many captions, those that are complete as <see cref="Ended"/> has them.</param>
    /// <param name="token">Ends the work early.</param>
    /// <exception cref="CaptioningException">The metric has no such score, or a reward is no number.</exception>
    public IReadOnlyList<double> Of(IReadOnlyList<int> pictures, IReadOnlyList<string> captions, CancellationToken token)
    {
        var corpus = new CaptionCorpus([.. pictures.Select((picture, i) => _pictures[picture] with { Candidate = captions[i] })]);
        var result = _metric.Evaluate(corpus, token);
        var rewards = (_key is null ? result.Scores[^1] : result[_key]).PerImage;
        for (var i = 0; i < pictures.Count; i++)
        {
            if (!double.IsFinite(rewards[i]))
            {
                throw new CaptioningException($"{_metric.Name} finds the caption '{captions[i]}' of '{corpus.Images[i].Id}' worth {rewards[i]}: a reward must be a finite number.");
            }
        }

        return rewards;
    }

    /// <summary>A hash of all references.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var picture in _pictures)
        {
            foreach (var text in picture.References)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(text));
                hash.AppendData([0]);
            }

            hash.AppendData([1]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
