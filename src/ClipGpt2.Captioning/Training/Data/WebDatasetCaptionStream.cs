using ClipGpt2.Captioning.Training.Data.Reading;
using ClipGpt2.Captioning.Training.Data.Sampling;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Tar shards of pictures and captions in WebDataset's form, read one after the other.</summary>
/// <remarks>
/// The files of a sample follow each other and share a key: the path up to the first dot of the file's name. A sample has one picture (<c>jpg</c>,
/// <c>jpeg</c>, <c>png</c>, <c>webp</c>) and captions: <c>txt</c>, one a line, or else <c>json</c> with <c>caption</c> or <c>captions</c>; other files are
/// left aside, hidden ones too. Pictures are read from the shard when their turn comes, so that a shuffle buffer holds none; the shards must stay where they
/// are. An example's <see cref="CaptionExample.ImageId"/> is the shard's path, a slash and the key. Safe for any number of threads.
/// </remarks>
public sealed class WebDatasetCaptionStream : ICaptionStream
{
    private readonly EmptyCaptionPolicy _emptyCaptions;
    private readonly long? _shardSeed;
    private long _skipped;

    private WebDatasetCaptionStream(IReadOnlyList<string> shards, CaptionDatasetOptions options) =>
        (Shards, _emptyCaptions, _shardSeed) = (shards, options.EmptyCaptions, options.ShardSeed);

    /// <summary>The shards in the order of their names.</summary>
    public IReadOnlyList<string> Shards { get; }

    /// <summary>How many empty captions were left out in all passes so far (<see cref="EmptyCaptionPolicy.Skip"/>).</summary>
    public long SkippedCaptions => Interlocked.Read(ref _skipped);

    /// <summary>Opens shards.</summary>
    /// <param name="pattern">A tar file, or several: <c>shards/cc3m-{00000..00331}.tar</c>, <c>{train,val}.tar</c>.</param>
    /// <param name="options">How to read them; null for the defaults.</param>
    /// <exception cref="CaptioningException">A shard isn't there, or the pattern or the options are wrong.</exception>
    public static WebDatasetCaptionStream Open(string pattern, CaptionDatasetOptions? options = null)
    {
        options ??= new();
        options.Validate();
        var shards = BracePattern.Expand(pattern);
        return shards.FirstOrDefault(shard => !File.Exists(shard)) is { } missing
            ? throw new CaptioningException($"There is no shard '{missing}' (one of {shards.Count} of '{pattern}').")
            : new WebDatasetCaptionStream(shards, options);
    }

    /// <inheritdoc/>
    public IEnumerable<CaptionExample> Read(int epoch, CancellationToken token = default)
    {
        string[] shards = [.. Shards];
        if (_shardSeed is { } seed)
        {
            PythonRandom.ForEpoch(seed, epoch).Shuffle(shards.AsSpan());
        }

        foreach (var sample in shards.SelectMany(TarShard.Samples))
        {
            var image = sample.Image;
            foreach (var (place, caption) in sample.Captions())
            {
                token.ThrowIfCancellationRequested();
                if (EmptyCaption.IsSkipped(caption, _emptyCaptions, what => sample.Wrong($"its caption ({place}) {what}")))
                {
                    Interlocked.Increment(ref _skipped);
                    continue;
                }

                yield return new CaptionExample { ImageId = $"{sample.Shard}/{sample.Key}", Caption = caption, Image = image, Location = $"{sample.Shard}: {place}" };
            }
        }
    }
}
