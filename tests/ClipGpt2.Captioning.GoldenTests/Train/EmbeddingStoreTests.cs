using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>A store of the golden scenes holds what the reference computed for them: the embeddings that the training cases start from.</summary>
[Trait("Golden", "train")]
public sealed class EmbeddingStoreTests : IDisposable
{
    /// <summary>That of CLIP's embeddings in the forward cases.</summary>
    private const double Float32Tolerance = 3e-5;

    /// <summary>Half a step of float16 between 4 and 8, where the largest numbers lie.</summary>
    private const double Float16Tolerance = Float32Tolerance + (1 / 512.0);

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(EmbeddingPrecision.Float32, Float32Tolerance)]
    [InlineData(EmbeddingPrecision.Float16, Float16Tolerance)]
    public void The_scenes_embeddings_are_the_references(EmbeddingPrecision precision, double tolerance)
    {
        using var data = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(GoldenRoot.Path("train/data.json")));
        var scenes = data.RootElement.GetProperty("images").EnumerateArray().Select(name => name.GetString()!).ToList();
        using var model = ModelFolder.Open(GoldenRoot.Path("models/tiny-clip"));
        using var encoder = ClipImageEncoder.Load(model);
        new EmbeddingStoreBuilder(encoder, new() { Precision = precision }).Build(
            _folder, [.. scenes.Select(name => new KeyValuePair<string, ImageSource>(name, GoldenRoot.Path($"scenes/{name}")))]);

        using var store = EmbeddingStore.OpenFor(_folder, encoder);
        var rows = new float[store.Count * store.Features.Size];
        for (var i = 0; i < scenes.Count; i++)
        {
            Assert.True(store.TryFind(scenes[i], out var row));
            store.Read(row, rows.AsSpan(i * store.Features.Size, store.Features.Size));
        }

        TorchTensors.AssertNear(rows, GoldenTensorFile.Open("train/data.safetensors")["image_embeds"].Floats, tolerance, "image_embeds");
    }
}
