using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.GoldenTests.Weights;
using ClipGpt2.Captioning.Training.Checkpoints;

namespace ClipGpt2.Captioning.GoldenTests.Checkpoints;

/// <summary>The reference program's own checkpoints as captioners: what they say of pictures, beam by beam.</summary>
public sealed class ReferenceCheckpointSuite : GoldenSuite
{
    /// <summary>What the golden folder's README gives for embeddings and prefixes.</summary>
    private const double Tolerance = 1e-4;

    public override IReadOnlyList<string> Files => ["checkpoints/seed/seed.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "model", "image", "image_size", "max_length", "num_beams", "early_stopping", "expected"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        var json = golden.Json;
        var captioner = Load(golden.Root, json.GetProperty("model").GetString()!, golden.Device);
        CheckImageSize(golden, json.GetProperty("model").GetString()!);
        var result = captioner.Caption(GoldenRoot.Path(json.GetProperty("image").GetString()!), new CaptionOptions { Decoding = Decoding(json), IncludeEmbedding = true });
        var (expected, tensors) = (golden.Expected, GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!));
        Assert.Equal(expected["caption"].Text(), result.Text);
        Assert.Equal(expected["token_ids"].Integers(), result.Best.Sequence.TokenIds);
        CheckBeams(expected, result.Captions);
        var embedding = expected["clip_embed_tensor"].Tensor(tensors);
        TorchTensors.AssertNear(result.Embedding!.Value.Span, embedding.Floats, Tolerance, embedding.Name);
        CheckConverted(captioner, LoadConverted(golden.Root, json.GetProperty("model").GetString()!, golden.Device), GoldenRoot.Path(json.GetProperty("image").GetString()!), Decoding(json));
        LoadedCheckpoints.CheckPrefix(captioner, embedding, expected["prefix_tensor"].Tensor(tensors), Tolerance);
    }

    /// <summary>Greedy search has neither beams nor scores in the reference.</summary>
    private static void CheckBeams(Tracked expected, IReadOnlyList<Caption> captions)
    {
        if (captions.Count == 1)
        {
            Assert.True(expected["sequences_scores"].IsNull && expected["margin"].IsNull && expected["beams"].IsNull);
            return;
        }

        Assert.Equal(expected["beams"].Texts(), captions.Select(caption => caption.Text));

        var scores = expected["sequences_scores"].Numbers();
        Assert.Equal(scores.Length, captions.Count);
        Assert.All(scores.Zip(captions), pair => Assert.Equal(pair.First, pair.Second.Sequence.Score, Tolerance));
        Assert.Equal(expected["margin"].Number(), captions[0].Sequence.Score - captions[1].Sequence.Score, 2 * Tolerance);
    }

    /// <summary>The folder that the checkpoint was converted into says the same, whether the search is the case's or the program's own.</summary>
    private static void CheckConverted(Captioner captioner, Captioner converted, string image, DecodingOptions cases)
    {
        foreach (var decoding in new[] { cases, new DecodingOptions { ReturnedSequences = 2 }, new DecodingOptions() })
        {
            var expected = captioner.Caption(image, new CaptionOptions { Decoding = decoding });
            var result = converted.Caption(image, new CaptionOptions { Decoding = decoding });
            Assert.Equal(expected.Captions.Select(Shown), result.Captions.Select(Shown));

            // libtorch's plain products round by where in memory their operands lie.
            Assert.All(expected.Captions.Zip(result.Captions), pair => Assert.Equal(pair.First.Sequence.Score, pair.Second.Sequence.Score, 1e-6));
        }

        static string Shown(Caption caption) => $"{string.Join(' ', caption.Sequence.TokenIds)} {caption.Sequence.FinishReason} {caption.Text}";
    }

    private static Captioner Load(JsonElement root, string file, string device) => LoadedCheckpoints.Get(file, Clip(root, file), Gpt2(root, file), device);

    private static Captioner LoadConverted(JsonElement root, string file, string device) => LoadedCheckpoints.GetConverted(file, Clip(root, file), Gpt2(root, file), device);

    private static string Clip(JsonElement root, string file) => ClipOf(Described(root, file)).GetProperty("model").GetString()!;

    private static string Gpt2(JsonElement root, string file) => Described(root, file).GetProperty("base_gpt2").GetString()!;

    private static JsonElement Described(JsonElement root, string file) => root.GetProperty("checkpoints").EnumerateArray().Single(c => c.GetProperty("file").GetString() == file);

    private static JsonElement ClipOf(JsonElement described) => described.GetProperty("clip_config").GetProperty("values");

    /// <summary>The reference program squashes to what its checkpoint says.</summary>
    private static void CheckImageSize(GoldenCase golden, string file) =>
        Assert.Equal(Sides(ClipOf(Described(golden.Root, file)).GetProperty("image_size")), Sides(golden.Json.GetProperty("image_size")));

    private static IEnumerable<int> Sides(JsonElement size) => size.EnumerateArray().Select(side => side.GetInt32());

    private static DecodingOptions Decoding(JsonElement json) => new()
    {
        Beams = json.GetProperty("num_beams").GetInt32(),
        ReturnedSequences = json.GetProperty("num_beams").GetInt32(),
        MaxNewTokens = null,
        MaxLength = json.GetProperty("max_length").GetInt32(),
        EarlyStopping = GenerateOptions.Stopping(json.GetProperty("early_stopping")),
    };
}
