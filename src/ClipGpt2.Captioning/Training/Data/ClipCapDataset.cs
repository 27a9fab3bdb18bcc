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
        var pictures = new Pictures(table);
        foreach (var (caption, place) in file.Root["captions"].Items.Select((caption, place) => (caption, place)))
        {
            token.ThrowIfCancellationRequested();
            var image = pictures.Add(IdOf(caption["image_id"]), place, rows(caption[EmbeddingName]), problem => caption["image_id"].Error(problem));
            table.Add(new CaptionEntry(caption["caption"].AsText(), image, place, 0), problem => caption["caption"].Error(problem));
        }

        return new ClipCapDataset(table, pictures.Embeddings);
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

    private static string IdOf(PyTorchValue value) => value.Kind == PyTorchValueKind.Integer
        ? value.AsInteger().ToString(CultureInfo.InvariantCulture)
        : value.AsText();

    /// <summary>The pictures and their embeddings. One that comes with another embedding than before is another picture.</summary>
    private sealed class Pictures(CaptionTable table)
    {
        private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
        private readonly List<float[]> _embeddings = [];

        public IReadOnlyList<float[]> Embeddings => _embeddings;

        /// <summary>Takes in a caption's picture and returns its index.</summary>
        public int Add(string id, int place, float[] embedding, Func<string, CaptioningException> wrong)
        {
            if (_last.TryGetValue(id, out var known) && _embeddings[known].AsSpan().SequenceEqual(embedding))
            {
                return known;
            }

            var image = table.Image(_last.ContainsKey(id) ? $"{id}#{place}" : id, wrong);
            if (image < _embeddings.Count)
            {
                throw wrong($"is '{id}', and '{table.Images[image]}', which is to tell another embedding of that picture apart, is the name of a picture already");
            }

            _embeddings.Add(embedding);
            return _last[id] = image;
        }
    }
}
