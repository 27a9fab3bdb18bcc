using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What a configuration's run needs: the captioner to train, the data and the trainer's options with the metrics.</summary>
/// <remarks>
/// The captioner is an image encoder from its folder (frozen, in float32, unless it is trained too), a fresh projector and a decoder, as the reference program's
/// <c>Trainer.run</c> puts CLIP and GPT-2 together; pictures are squashed to <c>image_size</c>, unless the file says otherwise, before the encoder's own preprocessing.
/// The models' files tell their kinds. Disposing the setup disposes all of it.
/// </remarks>
public sealed class TrainingSetup : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    private TrainingSetup(TrainingConfiguration configuration) => (Configuration, Options) = (configuration, configuration.ToTrainerOptions());

    /// <summary>The configuration.</summary>
    public TrainingConfiguration Configuration { get; }

    /// <summary>The trainer's options, with the metrics; observers may be added.</summary>
    public CaptionTrainerOptions Options { get; }

    /// <summary>The captioner to train.</summary>
    public Captioner Captioner { get; private set; } = null!;

    /// <summary>The captions to train on, all of them: the trainer takes the subset. Null where there is a <see cref="TrainingStream"/>.</summary>
    public ICaptionDataset? Training { get; private set; }

    /// <summary>The captions to train on where they come one after the other, out of tar shards; otherwise null.</summary>
    public ICaptionStream? TrainingStream { get; private set; }

    /// <summary>The captions to validate on.</summary>
    public ICaptionDataset Validation { get; private set; } = null!;

    /// <summary>Loads what a configuration names.</summary>
    /// <param name="configuration">The configuration; it stays the caller's and must not change.</param>
    /// <param name="modelSearch">Where model ids are looked up; null for the defaults.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <param name="device">The device, <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>, in place of what <c>training_config.enable_GPU</c> says; null for that.</param>
    /// <returns>The setup; dispose it.</returns>
    /// <exception cref="ConfigurationException">A value is wrong, a model or file that it names isn't there, or sizes don't fit; all errors are listed with their keys.</exception>
    /// <exception cref="CaptioningException">A file is damaged.</exception>
    public static TrainingSetup Create(TrainingConfiguration configuration, ModelSearchOptions? modelSearch = null, ILogger<TrainingSetup>? logger = null, string? device = null)
    {
        configuration.Validate();
        var setup = new TrainingSetup(configuration);
        try
        {
            setup.Load(modelSearch ?? new(), logger ?? NullLogger<TrainingSetup>.Instance, device);
            return setup;
        }
        catch
        {
            setup.Dispose();
            throw;
        }
    }

    /// <summary>Trains the captioner.</summary>
    /// <param name="logger">Where the trainer logs, or null.</param>
    /// <param name="progress">Is told of every step; null for nobody.</param>
    /// <param name="token">Ends the run between two steps; its state is saved first, where states are saved.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="TrainingDivergedException">The loss isn't finite any more.</exception>
    /// <exception cref="CaptioningException">Parts, data or options don't fit together, pictures can't be read, or a file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<TrainingResult> TrainAsync(ILogger<CaptionTrainer>? logger = null, IProgress<TrainingProgress>? progress = null, CancellationToken token = default)
    {
        var trainer = new CaptionTrainer(Captioner, Options, logger);
        return TrainingStream is { } stream
            ? trainer.TrainAsync(stream, Validation, progress, token)
            : trainer.TrainAsync(Training!, Validation, progress, token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The captioner before its parts.
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _owned.Clear();
    }

    private void Load(ModelSearchOptions modelSearch, ILogger logger, string? wanted)
    {
        var device = wanted ?? ConfiguredDevice.Of(Configuration.TrainingConfig.EnableGpu, "training_config.enable_GPU", logger);
        TrainingSetupLog.DeviceSelected(logger, device);
        var kinds = Configuration.Kinds.Parts;
        using var sources = TrainingSources.Open(Configuration, modelSearch);
        (Training, TrainingStream, Validation) = (sources.Training, sources.TrainingStream, sources.Validation);
        LoadMetrics(sources.TakeMeteor() is { } meteor ? Own(meteor) : null, modelSearch, new ComputeOptions { Device = device });
        LoadCaptioner(sources, new PartLoading(kinds, new() { Device = device }, new HashSet<string>(), modelSearch, logger));
        TrainingSetupLog.DataRead(logger, Training?.Count, Validation.Count);
    }

    private void LoadMetrics(MeteorData? meteor, ModelSearchOptions modelSearch, ComputeOptions compute)
    {
        var (evaluation, kinds) = (Configuration.EvaluationConfig, Configuration.Kinds.Metrics);
        var validated = Context(new PicturesById(Validation, "validation", "leave metrics that look at pictures out of evaluation_config.metrics"));
        Options.Evaluation.Metrics = [.. evaluation.MetricNames.Distinct().Select(name => Create(kinds[name], validated))];

        // Without a metric the trainer's reward is CIDEr by the training captions' frequencies.
        if (Configuration.SelfCriticalConfig is { } selfCritical && kinds[selfCritical.RewardName] is var reward && !reward.IsTrainersReward)
        {
            Options.SelfCritical!.Reward = Create(reward, Context(new PicturesById(Training!, "training", "choose another self_critical_config.reward")));
        }

        CaptionMetricContext Context(PicturesById pictures) => new()
        {
            Meteor = meteor,
            BertModel = evaluation.BertScoreModel,
            BertLayer = evaluation.BertScoreNumLayers,
            ClipModel = Configuration.ClipConfig.Model,
            PictureOf = pictures.Of,
            ModelSearch = modelSearch,
            Compute = compute,
        };
    }

    private ICaptionMetric Create(CaptionMetricKind kind, CaptionMetricContext context)
    {
        var metric = kind.Create(context);
        return metric is IDisposable disposable ? (ICaptionMetric)Own(disposable) : metric;
    }

    private void LoadCaptioner(TrainingSources sources, PartLoading frozen)
    {
        var (gpt2, optimization) = (Configuration.Gpt2Config, Configuration.OptimizationConfig);
        var (kinds, device) = (frozen.Kinds, frozen.Compute.Device);
        var trained = frozen with
        {
            Compute = new ComputeOptions { Device = device, Precision = optimization.Precision, Trainable = true },
            Trainable = new HashSet<string> { PartRole.Encoder, PartRole.Projector, PartRole.Decoder },
        };
        var encoder = Own(PartLoader.Load(kinds.Encoders, sources.Encoder, optimization.TrainEncoder ? trained : frozen));
        TrainingSetupLog.ClipLoaded(frozen.Logger, Configuration.ClipConfig.Model);
        var tokenizer = PartLoader.Load(kinds.Tokenizers, sources.Tokenizer, frozen);
        var decoder = Own(PartLoader.Load(kinds.Decoders, sources.Decoder, trained, tokenizer));
        TrainingSetupLog.Gpt2Loaded(frozen.Logger, gpt2.Model);
        var projector = Own(FreshProjector(kinds, encoder, decoder, trained.Compute));
        var options = new CaptionerOptions { Device = device, Precision = optimization.Precision, Compatibility = gpt2.Compatibility, Parts = kinds };
        Captioner = Own(new Captioner(encoder, projector, decoder, tokenizer, options));
        if (sources.Start is { } start)
        {
            Captioner.Apply(start);
        }
    }

    private IPrefixProjector FreshProjector(CaptionerParts kinds, IImageEncoder encoder, ICaptionDecoder decoder, ComputeOptions compute)
    {
        var config = Configuration.ProjectorConfig.ToConfig(Configuration.Gpt2Config.VisualTokensLength, encoder.Features, decoder.HiddenSize);
        var section = ConfigSection.Parse($"{Configuration.Source}: projector_config", JsonSerializer.SerializeToUtf8Bytes(config.ToJson()));
        var kind = kinds.Projectors.Of(section);
        return kind.CreateFresh is { } create
            ? create(new PartContext(section, Configuration.Source, compute), Configuration.OptimizationConfig.Seed)
            : throw section.Error(KindTable.KindName, $"is '{kind.Name}', of which no projector can be made afresh: use one of {string.Join(", ", kinds.Projectors.FreshNames)}");
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }
}
