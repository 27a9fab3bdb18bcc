using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The models' folders and the data that a configuration names, opened before anything is loaded, so that all that is missing is said at once.</summary>
internal sealed class TrainingSources : IDisposable
{
    private readonly TrainingConfiguration _configuration;
    private readonly ConfigurationErrors _errors;
    private MeteorData? _meteor;

    private readonly CaptionerParts _kinds;
    private readonly ModelSearchOptions _modelSearch;
    private int? _embeddingDimension;

    private TrainingSources(TrainingConfiguration configuration, ModelSearchOptions modelSearch) =>
        (_configuration, _errors, _kinds, _modelSearch) = (configuration, new ConfigurationErrors(configuration.Source), configuration.Kinds.Parts, modelSearch);

    public PartDescription Encoder { get; private set; } = null!;

    public PartDescription Decoder { get; private set; } = null!;

    public PartDescription Tokenizer { get; private set; } = null!;

    /// <summary>The captions to train on, unless they come as a <see cref="TrainingStream"/>.</summary>
    public ICaptionDataset? Training { get; private set; }

    public ICaptionStream? TrainingStream { get; private set; }

    public ICaptionDataset Validation { get; private set; } = null!;

    /// <summary>The weights that the run starts from; null for those of the models' folders and a fresh projector.</summary>
    public CaptionCheckpoint? Start { get; private set; }

    /// <exception cref="ConfigurationException">Something isn't there, or sizes don't fit each other; all errors are listed with their keys.</exception>
    public static TrainingSources Open(TrainingConfiguration configuration, ModelSearchOptions modelSearch)
    {
        var sources = new TrainingSources(configuration, modelSearch);
        try
        {
            sources.OpenAll();
            sources._errors.ThrowIfAny();
            return sources;
        }
        catch
        {
            sources.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Start?.Dispose();
        _meteor?.Dispose();
    }

    /// <summary>METEOR's data, which is the caller's from now on; null for words and stems alone.</summary>
    public MeteorData? TakeMeteor()
    {
        (var taken, _meteor) = (_meteor, null);
        return taken;
    }

    private void OpenAll()
    {
        var (paths, data) = (_configuration.DataPaths, _configuration.DataConfig);
        Try("clip_config.model", _configuration.ClipConfig.Model, () => Encoder = DescribeEncoder(_configuration.ClipConfig));
        Try("gpt2_config.model", _configuration.Gpt2Config.Model, () => Decoder = DescribeDecoder(_configuration.Gpt2Config));
        Try("data_paths.train_captions_path", paths.TrainCaptionsPath, () => OpenTraining(paths.TrainCaptionsPath, Reading(data.TrainImages, data.TrainSplits)));
        Try("data_paths.val_captions_path", paths.ValCaptionsPath, () => Validation = CaptionDatasets.Open(paths.ValCaptionsPath, Reading(data.ValImages, data.ValSplits)));
        TryIfGiven("data_config.embedding_store", data.EmbeddingStore, folder => EmbeddingStore.Open(folder).Dispose());
        TryIfGiven("self_critical_config.checkpoint", _configuration.SelfCriticalConfig?.Checkpoint, start => Start = CaptionCheckpoint.Open(start));
        TryIfGiven("training_config.trained_model_path", _configuration.CheckpointConfig.Resume ? _configuration.TrainingConfig.TrainedModelPath : null, path => CheckpointFiles.Newest(path));
        TryIfGiven("evaluation_config.meteor_data", _configuration.Measures(CaptionMetricNeeds.MeteorData) ? _configuration.EvaluationConfig.MeteorData : null, path => _meteor = MeteorData.Load(path));
        if (_configuration.Measures(CaptionMetricNeeds.BertModel))
        {
            CheckBertScore();
        }
    }

    private CaptionDatasetOptions Reading(string? images, IList<string> splits) => new()
    {
        Form = _configuration.DataConfig.Format,
        Forms = _configuration.Kinds.Forms,
        ImageFolder = images,
        Splits = splits,
        EmptyCaptions = _configuration.DataConfig.EmptyCaptions,
        Columns = _configuration.DataConfig.Columns,
        ShardSeed = _configuration.DataConfig.Shuffle ? _configuration.OptimizationConfig.Seed : null,
    };

    private void OpenTraining(string path, CaptionDatasetOptions reading)
    {
        if (CaptionDatasets.FormOf(path, reading) is not { IsStream: true } form)
        {
            Training = CaptionDatasets.Open(path, reading);
            return;
        }

        TrainingStream = CaptionDatasets.OpenStream(path, reading);
        var ratio = _configuration.TrainingConfig.SubsetRatio;
        _errors.AddUnless(ratio >= 1, $"is {ConfigurationContract.Text(ratio)}; captions of the form {form} aren't counted, so it must be 1", "training_config.subset_ratio");
        _errors.AddUnless(
            _configuration.SelfCriticalConfig is null,
            $"is {ConfigurationContract.Text(path)}; captions of the form {form} don't come with all of a picture's together, which self_critical_config needs, so it must be a file of another form",
            "data_paths.train_captions_path");
    }

    private PartDescription DescribeEncoder(ClipSection clip)
    {
        var place = new PartPlace(clip.Model, MayBeId: true);
        var section = new JsonObject();
        if (!clip.KeepAspect)
        {
            section["squash"] = new JsonArray(clip.ImageSize[0], clip.ImageSize[1]);
        }

        return Describe("clip_config", section, place, _kinds.Encoders, ClipKind.Encoder, sizes => _embeddingDimension = sizes.EmbeddingDimension);
    }

    private PartDescription DescribeDecoder(Gpt2Section gpt2)
    {
        var place = new PartPlace(gpt2.Model, MayBeId: true);
        var section = new JsonObject();
        RecordedCompatibility.Write(section, gpt2.Compatibility);
        var decoder = Describe("gpt2_config", section, place, _kinds.Decoders, Gpt2Kind.Decoder, CheckSizes);
        var kind = decoder.Section.Text(KindTable.KindName);
        var tokenizer = new JsonObject { [KindTable.KindName] = _kinds.Tokenizers.Find(kind)?.Name ?? Gpt2Kind.Name };
        Tokenizer = new(Section("gpt2_config", tokenizer), place);
        return decoder;
    }

    /// <summary>The part that a model is, whose kind its files tell; it isn't loaded yet.</summary>
    private PartDescription Describe<T>(string name, JsonObject section, PartPlace place, KindTable<T> kinds, PartKind<T> usual, Action<PartSizes> check)
        where T : class
    {
        var path = place.Locate(_modelSearch);
        var kind = kinds.Recognize(path) ?? usual;
        check(kind.Measure?.Invoke(path) ?? new());
        section[KindTable.KindName] = kind.Name;
        return new(Section(name, section), place);
    }

    private ConfigSection Section(string name, JsonObject json) => ConfigSection.Parse($"{_configuration.Source}: {name}", JsonSerializer.SerializeToUtf8Bytes(json));

    private void CheckSizes(PartSizes model)
    {
        var (prefix, text, longest) = (_configuration.Gpt2Config.VisualTokensLength, _configuration.Gpt2Config.TextTokensMaxLength, _configuration.EvaluationConfig.MaxLength);
        if (model.Positions is { } positions)
        {
            var room = Math.Max(0, positions - prefix);
            _errors.AddUnless(prefix + text <= positions, $"is {text}; with {prefix} visual tokens before it, GPT-2's {positions} positions leave room for {room}", "gpt2_config.text_tokens_max_length");
            _errors.AddUnless(
                _configuration.SelfCriticalConfig?.MaxNewTokens is not { } drawn || prefix + drawn <= positions,
                $"is {_configuration.SelfCriticalConfig?.MaxNewTokens}; with {prefix} visual tokens before it, GPT-2's {positions} positions leave room for {room}",
                "self_critical_config.max_new_tokens");
            _errors.AddUnless(longest <= positions, $"is {longest}; GPT-2 has {positions} positions", "evaluation_config.max_length");
        }

        var projector = _configuration.ProjectorConfig;
        _errors.AddUnless(
            model.HiddenSize is not { } hidden || projector.ToConfig(prefix, new(1), hidden).HasFittingHeads,
            $"is {projector.Heads}; it must divide GPT-2's hidden size, {model.HiddenSize}",
            "projector_config.num_heads");
        var embedding = _embeddingDimension ?? model.HiddenSize;
        _errors.AddUnless(
            !projector.PassesFeatures || embedding == model.HiddenSize,
            $"is \"{projector.Kind}\"; the encoder's embeddings have {embedding} numbers and GPT-2's vectors {model.HiddenSize}, so it must be another kind",
            "projector_config.kind");
    }

    /// <summary>BERTScore's model is the one that people don't have: what else they can do is said with it.</summary>
    private void CheckBertScore()
    {
        var (model, layer) = (_configuration.EvaluationConfig.BertScoreModel, _configuration.EvaluationConfig.BertScoreNumLayers);
        const string Remedy = " Name another model with evaluation_config.bertscore_model, or leave bertscore out of evaluation_config.metrics ([] measures by the loss alone)";
        Try("evaluation_config.bertscore_model", model, Remedy, () =>
        {
            using var folder = ModelFolder.Open(model, _modelSearch);
            var config = BertConfig.Read(folder.Config);
            _errors.AddUnless(
                (layer ?? BertScoreMetric.UsualLayer(config)) <= config.Transformer.Layers,
                $"is {ConfigurationContract.Text(layer)}; with '{model}' it must be an integer from 0 to {config.Transformer.Layers}",
                "evaluation_config.bertscore_num_layers");
        });
    }

    private void TryIfGiven(string path, string? value, Action<string> open)
    {
        if (value is not null)
        {
            Try(path, value, () => open(value));
        }
    }

    private void Try(string path, string value, Action open) => Try(path, value, "", open);

    private void Try(string path, string value, string remedy, Action open)
    {
        try
        {
            open();
        }
        catch (CaptioningException e)
        {
            _errors.Add(path, $"is {ConfigurationContract.Text(value)}. {e.Message}{remedy}".TrimEnd('.'));
        }
    }
}
