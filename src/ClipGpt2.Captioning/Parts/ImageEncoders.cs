using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Parts;

/// <summary>Loads an image encoder of whichever kind a name stands for.</summary>
/// <remarks>Safe from any number of threads.</remarks>
public static class ImageEncoders
{
    /// <summary>Loads a model of a known kind, or the encoder of a captioner with the captioner's preprocessing.</summary>
    /// <param name="name">A model's folder, file of weights or id in the cache on disk; or a captioner's folder or checkpoint.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <param name="gives">What it is to give for a picture. A captioner's gives what the captioner needs.</param>
    /// <param name="parts">The known kinds; null for the library's own.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">It is of no known kind, or its weights don't fit its configuration.</exception>
    /// <exception cref="CaptioningException">It can't give what is asked for.</exception>
    public static IImageEncoder FromPretrained(
        string name, ComputeOptions? compute = null, ModelSearchOptions? search = null, ImageFeatures gives = ImageFeatures.Embedding, CaptionerParts? parts = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var computing = compute ?? new();
        IEnumerable<string> trainable = computing.Trainable ? [PartRole.Encoder] : [];
        var loading = new PartLoading(parts ?? new(), computing, trainable.ToHashSet(StringComparer.Ordinal), search ?? new(), NullLogger.Instance);
        using var captioner = FindCaptioner(name, loading);
        return captioner is not null ? LoadedParts.LoadEncoder(captioner, loading) : PartLoader.Load(loading.Kinds.Encoders, Describe(name, gives, loading), loading);
    }

    /// <summary>Whether a name stands for a captioner, which has its own preprocessing, rather than for a model.</summary>
    internal static bool IsCaptioner(string name) => File.Exists(name) ? TensorFiles.HasEnding(name) && CaptionCheckpoint.IsOne(name) : CaptionerFolder.IsOne(name);

    private static CaptionerDescription? FindCaptioner(string name, PartLoading loading) => IsCaptioner(name) ? new CaptionerFinder(loading.Kinds, new BaseModels(), loading.Search).Find(name) : null;

    private static PartDescription Describe(string name, ImageFeatures gives, PartLoading loading)
    {
        var place = new PartPlace(name, MayBeId: true);
        var kind = loading.Kinds.Encoders.Recognize(place.Locate(loading.Search)) ?? ClipKind.Encoder;
        var description = new JsonObject { [KindTable.KindName] = kind.Name };
        EncoderDescription.Write(description, gives, squash: null, transform: null);
        return new(ConfigSection.Parse(name, JsonSerializer.SerializeToUtf8Bytes(description)), place);
    }
}
