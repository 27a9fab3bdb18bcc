using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Training.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Builds embedding stores: each picture goes through the encoder once, for all epochs and runs to come.</summary>
/// <remarks>
/// What is done is kept in <c>embeddings.partial</c>, or for sequences in shards, a chunk at a time: a build that was ended in whatever way goes on where it was, if encoder,
/// preprocessing, options and pictures are the same, and ends with the bytes of one that was never ended. One builder at a time works on a
/// folder; others are refused. The encoder runs on the caller's thread, pictures are decoded ahead of it on others.
/// </remarks>
public sealed class EmbeddingStoreBuilder
{
    private readonly IImageEncoder _encoder;
    private readonly EmbeddingStoreOptions _options;
    private readonly ILogger _logger;

    /// <summary>Creates a builder.</summary>
    /// <param name="encoder">The encoder, which stays the caller's; it must be one that says which model it is (<see cref="Weights.IIdentifiedModel"/>).</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <exception cref="CaptioningException">An option is wrong; all errors are listed.</exception>
    public EmbeddingStoreBuilder(IImageEncoder encoder, EmbeddingStoreOptions? options = null, ILogger<EmbeddingStoreBuilder>? logger = null)
        : this(encoder, options, (ILogger?)logger)
    {
    }

    internal EmbeddingStoreBuilder(IImageEncoder encoder, EmbeddingStoreOptions? options, ILogger? logger)
    {
        _encoder = encoder;
        _options = options ?? new EmbeddingStoreOptions();
        _options.Validate();
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>Embeds the distinct pictures of a data set, in the order in which they first occur.</summary>
    /// <param name="folder">The store's folder; it is made if it isn't there.</param>
    /// <param name="dataset">The data set.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="token">Ends the work between two batches; a later build goes on from there.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="BadImagesException">Pictures are missing or broken, and <see cref="EmbeddingStoreOptions.BadImages"/> is <see cref="BadImagePolicy.Fail"/>; <see cref="BadImagesException.Images"/> has all of them.</exception>
    /// <exception cref="CaptioningException">An example has no picture, another builder is at work, the disk has too little room, or a file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public EmbeddingStoreResult Build(string folder, ICaptionDataset dataset, IProgress<TrainingProgress>? progress = null, CancellationToken token = default)
    {
        var images = new List<KeyValuePair<string, ImageSource>>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < dataset.Count; i++)
        {
            token.ThrowIfCancellationRequested();
            var example = dataset[i];
            if (ids.Add(example.ImageId))
            {
                images.Add(new(example.ImageId, example.Image ?? throw new CaptioningException($"{example.Location ?? $"Example {i}"}: the image '{example.ImageId}' has no picture to embed.")));
            }
        }

        return Build(folder, images, progress, token);
    }

    /// <summary>Embeds pictures.</summary>
    /// <param name="folder">The store's folder; it is made if it isn't there.</param>
    /// <param name="images">The pictures by their ids, each id once.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="token">Ends the work between two batches; a later build goes on from there.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="BadImagesException">Pictures are missing or broken, and <see cref="EmbeddingStoreOptions.BadImages"/> is <see cref="BadImagePolicy.Fail"/>; <see cref="BadImagesException.Images"/> has all of them.</exception>
    /// <exception cref="CaptioningException">An id occurs twice, another builder is at work, the disk has too little room, or a file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public EmbeddingStoreResult Build(
        string folder, IReadOnlyList<KeyValuePair<string, ImageSource>> images, IProgress<TrainingProgress>? progress = null, CancellationToken token = default)
    {
        TorchRuntime.Load();
        if (images.GroupBy(image => image.Key, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
        {
            throw new CaptioningException($"The image id '{twice}' occurs twice: an embedding store has one row for each id.");
        }

        var origin = StoreOrigin.Of(_encoder, _options.Preparation(_encoder), _options.PrecisionOf(_encoder.Features));
        var files = new StoreFolder(folder);
        files.Create();
        using var alone = files.Lock();
        if (StoreFreshness.Find(files, origin, _encoder.Features, images, _options.BadImages, out var reason) is { } fresh)
        {
            EmbeddingLog.UpToDate(_logger, folder, fresh.Images);
            return fresh;
        }

        if (reason is not null)
        {
            EmbeddingLog.BuiltAgain(_logger, folder, reason);
        }

        files.RemoveTemporaries();
        try
        {
            return new StoreBuild(_encoder, _options, origin, files, _logger).Run(images, progress, token);
        }
        finally
        {
            KernelLog.Choices(_logger);
        }
    }
}
