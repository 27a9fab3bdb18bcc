using System.Text;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>ClipCap's pickles beyond the golden ones (see the golden tests for those).</summary>
[Collection(nameof(CountsTensors))]
public sealed class ClipCapDatasetTests
{
    private static readonly string Golden = Path.Combine(SampleCaptioner.Repository, "tests", "golden", "checkpoints");
    private static readonly string File = Path.Combine(Golden, "clipcap", "oscar_split_ViT-B_32_train.pkl");

    [Fact]
    public void The_ending_tells_the_form_and_nothing_is_left_behind()
    {
        var before = CountsTensors.Settled();
        Assert.Equal("clipcap", CaptionDatasets.FormOf(File).Name);
        var dataset = Assert.IsType<ClipCapDataset>(CaptionDatasets.Open(File));
        Assert.Equal(before, CountsTensors.Settled());
        Assert.Equal((40, 48), (dataset.Count, dataset.EmbeddingDimension));
        Assert.Equal($"{File}: captions[7]", dataset[7].Location);
        Assert.Null(dataset[7].Image);
    }

    [Fact]
    public async Task A_captioner_trains_on_it_without_a_picture()
    {
        var dataset = ClipCapDataset.Read(File);
        using var checkpoint = CaptionCheckpoint.Open(Path.Combine(Golden, "seed", "clip_gpt2_square.pkl"));
        var models = Path.Combine(Golden, "..", "models");
        using var captioner = Captioner.FromPretrained(checkpoint.Path, new()
        {
            Trainable = TrainableParts.ProjectorAndDecoder,
            Bases = new() { Encoder = Path.Combine(models, "tiny-clip"), Decoder = Path.Combine(models, "tiny-gpt2") },
        });
        var result = await new CaptionTrainer(captioner, TinyTraining.Options(o => o.Objective = CaptionObjective.ClipCap)).TrainAsync(dataset);
        Assert.Equal(20, result.Steps);
    }

    [Theory]
    [InlineData("clipcap/mlp_tiny-000.pt", "has no 'clip_embedding'")]
    [InlineData("hostile/eval_proto4.pkl", "builtins.eval")]
    [InlineData("formats/values.pt", "has no 'clip_embedding'")]
    public void Other_files_are_refused_by_what_they_lack(string file, string problem)
    {
        var error = Assert.ThrowsAny<CheckpointFormatException>(() => ClipCapDataset.Read(Path.Combine(Golden, file)));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_isnt_there_is_named()
    {
        using var folder = new TemporaryFolder();
        var bytes = System.IO.File.ReadAllBytes(File);

        // The last caption's row, 39, as a one-byte integer behind its key's place in the memo.
        var place = bytes.AsSpan().LastIndexOf("K\x27"u8);
        Assert.True(place > 0, Encoding.Latin1.GetString(bytes[^60..]));
        bytes[place + 1] = 40;
        System.IO.File.WriteAllBytes(folder.File("data.pkl"), bytes);
        var error = Assert.ThrowsAny<CheckpointFormatException>(() => ClipCapDataset.Read(folder.File("data.pkl")));
        Assert.Contains("captions[39].clip_embedding is 40, and there are 40 embeddings", error.Message, StringComparison.Ordinal);
    }
}
