using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>What the embeddings of a store depend on beside their pictures, as its metadata says it.</summary>
/// <param name="Encoder">Which encoder.</param>
/// <param name="Preprocessing">How pictures became pixels (<see cref="PreprocessingJson"/>).</param>
/// <param name="Precision">The number format that they are stored in.</param>
internal sealed record StoreOrigin(ModelIdentity Encoder, string Preprocessing, EmbeddingPrecision Precision)
{
    private const string Format = "clipgpt2.embeddings";
    private const string Version = "1";

    /// <exception cref="CaptioningException">The encoder can't say which model it is, or has other weights than the model that it would name.</exception>
    public static StoreOrigin Of(IImageEncoder encoder, ImagePreparation preparation, EmbeddingPrecision precision)
    {
        if (encoder is ISavablePart { Origin: { HoldsWeights: false } origin })
        {
            throw new CaptioningException(
                $"The encoder's weights are a checkpoint's, and '{origin.Path}', which it was trained upon, has others: an embedding store belongs to a model that lies in files. Write the captioner as a folder ({nameof(Captioner)}.{nameof(Captioner.Save)}, or clipgpt2 convert), and embed with that.");
        }

        return encoder is IIdentifiedModel model
            ? new(model.Identity, PreprocessingJson.Of(preparation.Preprocessor, preparation.Decoder, preparation.Decoding), precision)
            : throw new CaptioningException($"The encoder ({encoder.GetType()}) can't say which model it is, and an embedding store belongs to one: implement {nameof(IIdentifiedModel)}.");
    }

    /// <exception cref="CheckpointFormatException">The file isn't a store's, or of a later version.</exception>
    public static StoreOrigin Read(string location, IReadOnlyDictionary<string, string> metadata)
    {
        if (Find("format") is var format && format != Format)
        {
            throw Wrong("format", $"is '{format}', and must be '{Format}': this isn't an embedding store");
        }

        if (Need("version") is var version && version != Version)
        {
            throw Wrong("version", $"is '{version}', and this library reads version {Version}: use a later one, or build the store again");
        }

        var encoder = new ModelIdentity(Need("encoder_id"), Need("encoder_sha256")) { Computation = Find("encoder_computation") };
        return new StoreOrigin(encoder, Preprocessing(), Need("element_type") switch
        {
            "float32" => EmbeddingPrecision.Float32,
            "float16" => EmbeddingPrecision.Float16,
            var other => throw Wrong("element_type", $"is '{other}', and must be float32 or float16"),
        });

        string? Find(string name) => metadata.GetValueOrDefault(name);

        string Need(string name) => Find(name) ?? throw Wrong(name, "is missing");

        string Preprocessing()
        {
            try
            {
                PreprocessingJson.Parse(Need("preprocessing"));
                return Need("preprocessing");
            }
            catch (JsonException e)
            {
                throw Wrong("preprocessing", $"isn't a JSON object ({e.Message})");
            }
        }

        CheckpointFormatException Wrong(string name, string problem) => new($"'{location}': the metadata's '{name}' {problem}.");
    }

    public Dictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = Version,
            ["encoder_id"] = Encoder.Id,
            ["encoder_sha256"] = Encoder.ContentHash,
            ["element_type"] = ElementName,
            ["preprocessing"] = Preprocessing,
        };
        if (Encoder.Computation is { } computation)
        {
            metadata["encoder_computation"] = computation;
        }

        return metadata;
    }

    /// <summary>What makes a build's bytes what they are: one that was interrupted goes on only if all of it is as it was.</summary>
    public string BuildSettings(FeatureShape features, int batchSize, int chunkSize)
    {
        var settings = new JsonObject
        {
            ["format"] = $"{Format}.journal",
            ["version"] = Version,
            ["encoder_sha256"] = Encoder.ContentHash,
            ["encoder_computation"] = Encoder.Computation,
            ["element_type"] = ElementName,
            ["dimension"] = features.Size,
            ["batch_size"] = batchSize,
            ["chunk_size"] = chunkSize,
            ["preprocessing"] = PreprocessingJson.Parse(Preprocessing),
        };
        if (features.Length is { } length)
        {
            settings["feature_length"] = length;
        }

        return settings.ToJsonString();
    }

    /// <summary>Why embeddings of this origin don't fit what is to be used now; the number format is the store's own affair.</summary>
    public IEnumerable<string> DifferencesFrom(StoreOrigin now)
    {
        if (Encoder.ContentHash != now.Encoder.ContentHash)
        {
            yield return $"encoder: '{Encoder.Id}' (content hash {Short(Encoder)}) in the store, '{now.Encoder.Id}' ({Short(now.Encoder)}) now";
        }

        foreach (var difference in PreprocessingJson.Differences(Preprocessing, now.Preprocessing))
        {
            yield return difference;
        }
    }

    private static string Short(ModelIdentity model) => model.ContentHash.Length > 12 ? $"{model.ContentHash[..12]}..." : model.ContentHash;

    private string ElementName => Precision.ToString().ToLowerInvariant();
}
