using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training;

/// <summary>Judges a model on the validation set: its loss, and its captions by the metrics.</summary>
internal sealed class Validation
{
    private const int CaptionBatch = 16;

    private readonly Captioner _captioner;
    private readonly TrainedModel _model;
    private readonly TrainingEvaluationOptions _options;
    private readonly TokenizedCaptions _captions;
    private readonly IBatchSource _batches;
    private readonly IPictureLoader _pictures;
    private readonly int[] _judged;
    private readonly IReadOnlyList<string>[] _references;

    /// <param name="captioner">The captioner.</param>
    /// <param name="model">The same as something with a loss.</param>
    /// <param name="options">What to measure.</param>
    /// <param name="data">The examples, their batches and their pictures.</param>
    /// <param name="seed">What chooses the pictures that get captions.</param>
    public Validation(Captioner captioner, TrainedModel model, TrainingEvaluationOptions options, ValidationData data, long seed)
    {
        _captioner = captioner;
        _model = model;
        _options = options;
        (_captions, _batches, _pictures) = (data.Captions, data.Batches, data.Pictures);
        _judged = options.Metrics.Count == 0 ? [] : Judged(_captions.Pictures.Count, options.MaxImages, seed);
        _references = _captions.TextsOf(data.Dataset);
    }

    /// <summary>The number of examples.</summary>
    public int Examples => _captions.Count;

    /// <summary>How many batches and groups of captions a validation has.</summary>
    public long Work => _batches.BatchesPerEpoch!.Value + ((_judged.Length + CaptionBatch - 1) / CaptionBatch);

    /// <summary>Judges the model as it is.</summary>
    /// <param name="epoch">The epoch, or -1 before the first.</param>
    /// <param name="step">How many steps were made.</param>
    /// <param name="progress">Is told how much of <see cref="Work"/> is done.</param>
    /// <param name="token">Ends the work early.</param>
    public ValidationFigures Run(int epoch, long step, Action<long> progress, CancellationToken token)
    {
        using var frozen = no_grad();
        var loss = Loss(progress, token);
        var captions = Captions(progress, token);
        var corpus = captions.Count == 0 ? null : Corpus(captions);
        var metrics = new Dictionary<string, double>();
        foreach (var score in _options.Metrics.SelectMany(metric => metric.Evaluate(corpus!, token).Scores))
        {
            metrics[score.Key] = score.Corpus;
        }

        return new ValidationFigures { Epoch = epoch, Step = step, Loss = loss, Metrics = metrics, Samples = Samples(captions) };
    }

    /// <summary>The mean over the batches, as the reference program and ClipCap have it.</summary>
    private double Loss(Action<long> progress, CancellationToken token)
    {
        var (sum, count) = (0.0, 0L);
        foreach (var batch in _batches.Read(0, 0, token))
        {
            token.ThrowIfCancellationRequested();
            sum += _model.Loss(batch, Math.Max(1, batch.Captions.Labels.Length));
            progress(++count);
        }

        return sum / count;
    }

    private List<(int Picture, string Text)> Captions(Action<long> progress, CancellationToken token)
    {
        var captions = new List<(int, string)>(_judged.Length);
        if (_judged.Length == 0)
        {
            return captions;
        }

        var groups = _judged.Chunk(CaptionBatch).ToList();
        var trained = _captioner.Decoder as ITrainableDecoder;
        using var fast = trained?.ForInference();
        var search = _options.Decoding.Clone();
        search.TokenizerLength = _captioner.Tokenizer.Length();
        var done = _batches.BatchesPerEpoch!.Value;
        foreach (var (group, pictures) in groups.Zip(_pictures.Load(groups, token)))
        {
            using var scope = NewDisposeScope();
            var prefix = _captioner.Projector.Project(_model.Embed(pictures));
            var sequences = (fast ?? _captioner.Decoder).Decode(prefix, search, token);
            captions.AddRange(group.Select((picture, i) => (picture, Text(sequences[i][0].TokenIds))));
            progress(++done);
        }

        return captions;
    }

    private CaptionCorpus Corpus(List<(int Picture, string Text)> captions)
    {
        if (!_options.PerCaption)
        {
            return new CaptionCorpus([.. captions.Select(c => new CaptionedImage(_captions.Pictures[c.Picture].ImageId, c.Text, _references[c.Picture]))]);
        }

        var texts = captions.ToDictionary(c => c.Picture, c => c.Text);
        return new CaptionCorpus([
            .. Enumerable.Range(0, _captions.Count)
                .Where(example => texts.ContainsKey(_captions.PictureOf(example)))
                .Select(example => new CaptionedImage($"{example}", texts[_captions.PictureOf(example)], [Text(_captions.Tokens(example).ToArray())])),
        ]);
    }

    private List<SampleCaption> Samples(List<(int Picture, string Text)> captions) =>
        [.. captions.Take(_options.Samples).Select(c => new SampleCaption(_captions.Pictures[c.Picture].ImageId, _captions.Pictures[c.Picture].Image?.Name, c.Text, _references[c.Picture]))];

    private string Text(IReadOnlyList<int> ids) => TokenizedCaptions.Decode(_captioner.Tokenizer, ids);

    /// <summary>The pictures that get captions: all in order, or the first of a seeded order.</summary>
    private static int[] Judged(int count, int? most, long seed) =>
        most is { } limit && limit < count ? Data.Sampling.TorchPermutation.Draw(count, seed)[..limit] : [.. Enumerable.Range(0, count)];
}

/// <summary>The examples of a validation.</summary>
/// <param name="Dataset">Where their texts are.</param>
/// <param name="Captions">The examples.</param>
/// <param name="Batches">Their batches, in order.</param>
/// <param name="Pictures">Their pictures.</param>
internal sealed record ValidationData(ICaptionDataset Dataset, TokenizedCaptions Captions, IBatchSource Batches, IPictureLoader Pictures);
