using System.Globalization;
using ClipGpt2.Captioning.Training.Data.Reading;
using ClipGpt2.Captioning.Weights.PyTorch;
using TorchSharp;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>ClipCap's pickle of captions and embeddings, as its <c>parse_coco.py</c> writes it: the examples bring their pictures' embeddings along.</summary>
/// <remarks>
/// A dictionary of <c>clip_embedding</c>, a tensor [N, D] of float32 or float16, and <c>captions</c>, a list of dictionaries with <c>image_id</c> (a text or
/// a number), <c>caption</c> and <c>clip_embedding</c>, a row of the tensor. ClipCap stores a row for each caption; equal rows of one picture are kept once, in
/// float32. A trainer with such examples computes no embeddings; <c>normalize_prefix</c> is the projector's
/// <see cref="Projectors.ProjectorConfig.NormalizeEmbeddings"/>. See <see cref="CaptionFileDataset"/>.
/// </remarks>
public sealed class ClipCapDataset : CaptionFileDataset
{
    private const string EmbeddingName = "clip_embedding";

    private readonly IReadOnlyList<float[]> _embeddings;

    private ClipCapDataset(CaptionTable table, IReadOnlyList<float[]> embeddings)
        : base(table) => _embeddings = embeddings;

    /// <summary>The size D of the embeddings.</summary>
    public int EmbeddingDimension => _embeddings[0].Length;

    /// <summary>Reads a file; nothing in it is run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What an empty caption does; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="Weights.ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="Weights.CheckpointFormatException">It is damaged, asks for more than data, or has another form; the message names the value.</exception>
    public static ClipCapDataset Read(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        using var file = PyTorchFile.Open(path);
        using var scope = torch.NewDisposeScope();
        var rows = Rows(file.Root[EmbeddingName]);
        var table = new CaptionTable(path, options ?? new(), imageFolder: null);
        var embeddings = new List<float[]>();
        foreach (var (caption, place) in file.Root["captions"].Items.Select((caption, place) => (caption, place)))
        {
            token.ThrowIfCancellationRequested();
            var image = Image(table, embeddings, IdOf(caption["image_id"]), rows(caption[EmbeddingName]), problem => caption["image_id"].Error(problem));
            table.Add(new CaptionEntry(caption["caption"].AsText(), image, place, 0), problem => caption["caption"].Error(problem));
        }

        return new ClipCapDataset(table, embeddings);
    }

    private protected override CaptionExample Example(CaptionEntry entry) =>
        new() { ImageId = Images[entry.Image], Caption = entry.Caption, Embedding = _embeddings[entry.Image], Location = Location(entry) };

    private protected override string Location(CaptionEntry entry) => $"{Path}: captions[{entry.Place}]";

    /// <summary>What reads a row of the embeddings in float32.</summary>
    private static Func<PyTorchValue, float[]> Rows(PyTorchValue value)
    {
        var embeddings = value.AsTensor();
        if (embeddings.shape is not [> 0, > 0] || !embeddings.is_floating_point())
        {
            throw value.Error($"must be a tensor of floating-point numbers [N, D], and is {embeddings.dtype} [{string.Join(", ", embeddings.shape)}]");
        }

        var count = embeddings.shape[0];
        return number =>
        {
            var row = number.AsInteger();
            if (row < 0 || row >= count)
            {
                throw number.Error($"is {row}, and there are {count} embeddings");
            }

            using var values = embeddings[row].to_type(torch.ScalarType.Float32).contiguous();
            return values.data<float>().ToArray();
        };
    }

    /// <summary>The index of a picture. One that comes with another embedding than before is another picture.</summary>
    private static int Image(CaptionTable table, List<float[]> embeddings, string id, float[] embedding, Func<string, CaptioningException> wrong)
    {
        for (var version = 0; ; version++)
        {
            var image = table.Image(version == 0 ? id : $"{id}#{version}", wrong);
            if (image == embeddings.Count)
            {
                embeddings.Add(embedding);
            }

            if (embeddings[image].AsSpan().SequenceEqual(embedding))
            {
                return image;
            }
        }
    }

    private static string IdOf(PyTorchValue value) => value.Kind == PyTorchValueKind.Integer
        ? value.AsInteger().ToString(CultureInfo.InvariantCulture)
        : value.AsText();
}
