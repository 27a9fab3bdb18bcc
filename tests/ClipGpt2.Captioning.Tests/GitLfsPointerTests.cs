using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Coco;
using ClipGpt2.Captioning.Metrics.Reports;
using ClipGpt2.Captioning.Tests.Training.Embeddings;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Tests;

/// <summary>What a repository cloned without Git LFS has in place of its larger files is refused as such by everything that reads a file.</summary>
public sealed class GitLfsPointerTests
{
    private const string Pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:2605a69b760d0b218c3b5d2069ba070d28f279a16ce4bc87bf019b75a91553e6\nsize 982141993\n";

    private static readonly Dictionary<string, Action<string>> Readers = new()
    {
        ["picture.jpg"] = path => new SkiaImageDecoder().Decode(path).Dispose(),
        ["preprocessor_config.json"] = path => ImagePreprocessor.Load(path),
        ["config.json"] = path => ConfigSection.Load(path),
        ["weights.safetensors"] = path => TensorFiles.Open(path).Dispose(),
        ["weights.bin"] = path => TensorFiles.Open(path).Dispose(),
        ["model.safetensors.index.json"] = path => ModelFolder.Open(Path.GetDirectoryName(path)!).Weights.Dispose(),
        ["adapter_config.json"] = path => LoraAdapter.Open(Path.GetDirectoryName(path)!),
        ["vocab.json"] = path => Gpt2Tokenizer.FromPretrained(Path.GetDirectoryName(path)!),
        ["vocab.txt"] = path => BertWordPieceTokenizer.FromPretrained(Path.GetDirectoryName(path)!),
        ["tokenizer.json"] = path => ClipTokenizer.FromPretrained(Path.GetDirectoryName(path)!),
        ["checkpoint.safetensors"] = path => CaptionCheckpoint.Open(path),
        ["checkpoint.pt"] = path => CaptionCheckpoint.Open(path),
        ["training_config.json"] = path => TrainingConfiguration.Load(path),
        ["inference_config.json"] = path => InferenceConfiguration.Load(path),
        ["captions.csv"] = path => CaptionDatasets.Open(path),
        ["captions.tsv"] = path => CaptionDatasets.Open(path),
        ["captions.jsonl"] = path => CaptionDatasets.Open(path),
        ["captions.json"] = path => CaptionDatasets.Open(path),
        ["captions.pkl"] = path => CaptionDatasets.Open(path),
        ["captions.tar"] = path => CaptionDatasets.OpenStream(path).Read(0, TestContext.Current.CancellationToken).Count(),
        ["folder/picture.txt"] = path => CaptionDatasets.Open(Path.GetDirectoryName(path)!),
        ["history.jsonl"] = path => TrainingHistory.Read(path),
        ["references.json"] = path => CocoReferences.Read(path),
        ["results.json"] = path => CocoResults.Read(path),
        ["scores.csv"] = path => ScoreSheet.Read(path),
        ["frequencies.txt"] = path => CiderDocumentFrequencies.Load(path),
        ["baseline.tsv"] = path => BertScoreBaseline.Read(path, layer: 1),
    };

    public static TheoryData<string> Files => [.. Readers.Keys];

    /// <summary>The files that loading a captioner reads.</summary>
    public static TheoryData<string> CaptionerFiles =>
    [
        "captioner.json", "projector.safetensors", "encoder/config.json", "encoder/model.safetensors", "encoder/preprocessor_config.json",
        "decoder/config.json", "decoder/model.safetensors", "decoder/merges.txt", "decoder/vocab.json", "decoder/tokenizer_config.json",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_reader_of_a_file_names_it(string name)
    {
        using var folder = new TemporaryFolder();
        File.Copy(SampleCaptioner.Images[0], folder.Write("folder/picture.jpg", ""), overwrite: true);
        File.Copy(Path.Combine(SampleCaptioner.Folder, "decoder", "config.json"), folder.File("config.json"));
        Refused(folder.Write(name, Pointer), Readers[name]);
    }

    [Theory]
    [MemberData(nameof(CaptionerFiles))]
    public void Every_file_of_a_captioner_is_named(string name)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(SampleCaptioner.Folder, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, folder.Write(Path.GetRelativePath(SampleCaptioner.Folder, file), ""), overwrite: true);
        }

        Refused(folder.Write(name, Pointer), _ => Captioner.FromPretrained(folder.Path).Dispose());
    }

    [Theory]
    [InlineData("images.jsonl")]
    [InlineData("embeddings.safetensors")]
    public void Every_file_of_a_store_of_embeddings_is_named(string name)
    {
        using var folder = new TemporaryFolder();
        StoreMaker.Write(folder.Path, [1f, 2f], [3f, 4f]);
        Refused(folder.Write(name, Pointer), _ => EmbeddingStore.Open(folder.Path).Dispose());
    }

    [Fact]
    public void A_picture_in_memory_is_told_as_one() =>
        Assert.Contains("Git LFS pointer", Assert.Throws<ImageDecodingException>(() => new SkiaImageDecoder().Decode(System.Text.Encoding.UTF8.GetBytes(Pointer))).Message, StringComparison.Ordinal);

    private static void Refused(string path, Action<string> read)
    {
        var refusal = Assert.ThrowsAny<CaptioningException>(() => read(path));
        Assert.Contains("Git LFS pointer", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(path), refusal.Message, StringComparison.Ordinal);
    }
}
