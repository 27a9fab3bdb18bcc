using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Inference;

/// <summary>The reference program's inference run: every model of a folder says of every picture of another what it shows, and a CSV table holds the captions.</summary>
/// <remarks>
/// <para>
/// Follows <c>InferencePipeline.run</c> of the reference program's <c>inference.py</c>: 5 beams, early stopping, at most 30 positions of which the prefix takes some;
/// pictures in the outer loop of the table, models in the inner one. Of both, <c>.jpg</c> comes before <c>.png</c> and <c>.jpeg</c>, <c>.pkl</c> before
/// <c>.pt</c> and <c>.safetensors</c>, and names are in ordinal order.
/// </para>
/// <para>
/// Beyond the reference program: one model at a time is in memory; models upon the same encoder share it and its embeddings; a picture or model that can't be used
/// is reported and the rest goes on. The table's rows are written as they come, and what the models said is kept beside it (<c>.partial</c>) until it is whole, so
/// that a run which was ended in whatever way goes on where it was and ends with the same bytes. A run may be begun several times, one after the other.
/// </para>
/// </remarks>
public sealed class InferenceRun
{
    private const int Beams = 5;
    private const int MaxLength = 30;

    private readonly InferenceConfiguration _configuration;
    private readonly CaptionerOptions _options;
    private readonly ILogger _logger;

    /// <summary>Prepares a run.</summary>
    /// <param name="configuration">What to caption by what.</param>
    /// <param name="configure">Changes how to run, which is the reference program's search on the device that the configuration asks for; null to leave it.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <exception cref="ConfigurationException">The configuration is wrong, or a folder is missing or empty; all errors are listed.</exception>
    /// <exception cref="CaptioningException">An option is wrong.</exception>
    public InferenceRun(InferenceConfiguration configuration, Action<CaptionerOptions>? configure = null, ILogger<InferenceRun>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        _configuration = configuration;
        _logger = logger ?? NullLogger<InferenceRun>.Instance;
        _options = new CaptionerOptions
        {
            Device = ConfiguredDevice.Of(configuration.EnableGpu, "enable_GPU", _logger),
            Decoding = { Strategy = DecodingStrategy.Standard, Beams = Beams, EarlyStopping = EarlyStopping.WhenFull, MaxLength = MaxLength, StopStrings = [] },
        };
        configure?.Invoke(_options);
        _options.Validate();
    }

    /// <summary>The device that the models run on.</summary>
    public string Device => _options.Device;

    /// <summary>Captions the pictures and writes the table.</summary>
    /// <param name="progress">Is told of every row in the table's order, as soon as all models have seen its picture; null for nobody.</param>
    /// <param name="token">Ends the run; the rows that were written stay, and a later run goes on behind them.</param>
    /// <returns>The rows, and what had to be left out. Where no model could be used, nothing is written.</returns>
    /// <exception cref="CaptioningException">The table can't be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<InferenceResult> RunAsync(IProgress<InferredCaption>? progress = null, CancellationToken token = default)
    {
        var failures = new List<InferenceFailure>();
        string[] models = [.. InferenceFiles.Models(_configuration.TrainedModelsDir).Where(IsModel)];
        var images = InferenceFiles.Images(_configuration.ImagesDir);
        InferenceLog.Started(_logger, images.Count, models.Length, Device);
        using var journal = InferenceJournal.Open(_configuration.OutputFilename, Settings(models, images));
        if (journal.Kept > 0)
        {
            InferenceLog.Resumed(_logger, journal.Kept);
        }

        using var csv = new CaptionCsv(_configuration.OutputFilename);
        var table = new InferenceTable(images, models, row =>
        {
            csv.Add(row);
            progress?.Report(row);
        });
        using var encoders = new SharedEncoders();
        var pictures = new InferencePictures(images, encoders, _logger);
        for (var model = 0; model < models.Length; model++)
        {
            await CaptionAsync(model).ConfigureAwait(false);
        }

        var isUsed = failures.Count < models.Length;
        if (isUsed)
        {
            csv.End();
            InferenceLog.Written(_logger, table.Rows.Count, _configuration.OutputFilename);
        }

        journal.Remove();
        return new InferenceResult(table.Rows, [.. failures, .. pictures.Failures], isUsed);

        async Task CaptionAsync(int model)
        {
            var next = 0;
            List<int> missing = [.. Enumerable.Range(0, images.Count).Where(image => journal.Find(model, image) is null)];
            SetKnown(missing.Count == 0 ? images.Count : missing[0]);
            if (missing.Count == 0)
            {
                return;
            }

            try
            {
                using var captioner = Captioner.Load(models[model], _options, null, encoders);
                await foreach (var caption in pictures.CaptionAsync(captioner, models[model], missing, token).ConfigureAwait(false))
                {
                    if (caption is not null)
                    {
                        journal.Add(model, next, caption);
                    }

                    table.Set(next++, model, caption);
                    SetKnown(missing.Find(image => image >= next) is > 0 and var following ? following : images.Count);
                }
            }
            catch (CaptioningException e) when (e is not InferenceOutputException)
            {
                InferenceLog.LeftOut(_logger, models[model], e.Message);
                failures.Add(new InferenceFailure(models[model], e));
                for (; next < images.Count; next++)
                {
                    table.Set(next, model, journal.Find(model, next));
                }
            }

            // What an earlier run knew of the pictures before the next one that is missing.
            void SetKnown(int end)
            {
                for (; next < end; next++)
                {
                    table.Set(next, model, journal.Find(model, next));
                }
            }
        }
    }

    /// <summary>What decides the captions: an unfinished run is gone on with only if all of it is as it was.</summary>
    private string Settings(IEnumerable<string> models, IEnumerable<string> images)
    {
        var search = _options.Decoding;
        return new JsonObject
        {
            ["format"] = "clipgpt2.inference.journal",
            ["device"] = $"{Device} {_options.Precision}",
            ["search"] = $"{search.Strategy} {search.Beams} {search.MaxLength} {search.MaxNewTokens} {search.LengthPenalty} {search.EarlyStopping}",
            ["models"] = InferenceJournal.Stamps(models),
            ["images"] = InferenceJournal.Stamps(images),
        }.ToJsonString();
    }

    /// <summary>A <c>.safetensors</c> file may be anybody's, so it counts only if it says that it is a caption checkpoint.</summary>
    private bool IsModel(string path)
    {
        if (!path.EndsWith(".safetensors", StringComparison.Ordinal) || CaptionCheckpoint.IsOwn(path))
        {
            return true;
        }

        InferenceLog.NoCheckpoint(_logger, path);
        return false;
    }
}
