using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>Writes stores of made-up rows, and damages them.</summary>
internal static class StoreMaker
{
    public static readonly StoreOrigin Origin = new(
        new ModelIdentity("made-up", new string('c', 64)),
        PreprocessingJson.Of(ImagePreprocessor.ClipVitBasePatch32, new SkiaImageDecoder(), new ImageDecodingOptions()),
        EmbeddingPrecision.Float32);

    /// <summary>A store of float32 rows; ids are <c>id 0</c> and so on.</summary>
    public static void Write(string folder, params float[][] rows) =>
        Write(folder, Origin, rows[0].Length, rows.Length, (row, bytes) => MemoryMarshal.AsBytes(rows[row].AsSpan()).CopyTo(bytes));

    /// <summary>A store whose rows are filled when they are written.</summary>
    public static void Write(string folder, StoreOrigin origin, int dimension, int rows, FillRow fill)
    {
        var files = new StoreFolder(folder);
        files.Create();
        var bytes = new byte[dimension * origin.Precision.ElementBytes()];
        StoreWriter.Write(files, origin, dimension, () => Enumerable.Range(0, rows).Select(row =>
        {
            fill(row, bytes);
            return new EmbeddedImage(new ImageRecord { Id = $"id {row}", Name = $"picture {row}" }, bytes);
        }));
    }

    /// <summary>Writes the embeddings' file anew with other metadata, or other tensors.</summary>
    public static void Rewrite(string folder, Action<Dictionary<string, string>> change, SafetensorsContent? tensor = null)
    {
        var path = new StoreFolder(folder).Embeddings;
        Dictionary<string, string> metadata;
        using var numbers = new MemoryStream();
        TensorInfo info;
        using (var file = SafetensorsFile.Open(path))
        {
            metadata = new(file.Metadata);
            info = file.Tensors[StoreWriter.TensorName];
            file.CopyBytes(StoreWriter.TensorName, numbers);
        }

        change(metadata);
        SafetensorsWriter.Write(path, [tensor ?? new(StoreWriter.TensorName, ElementType.Find(info.DataType)!, info.Shape, stream => stream.Write(numbers.ToArray()))], metadata);
    }

    internal delegate void FillRow(int row, Span<byte> bytes);
}
