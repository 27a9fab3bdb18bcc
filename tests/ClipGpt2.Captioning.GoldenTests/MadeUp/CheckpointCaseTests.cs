using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.GoldenTests.Weights;
using ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights.PyTorch;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>What checkpoint cases say in words or for want of words of JSON's.</summary>
[Trait("Golden", "checkpoints")]
public sealed class CheckpointCaseTests
{
    private const string Figure = "validation_bert_precision";

    // Python's pickle.dumps({"validation_bert_precision": x}, 2), but for x.
    private static readonly byte[] NamePrefix = [0x80, 2, (byte)'}', (byte)'X', 25, 0, 0, 0, .. Encoding.ASCII.GetBytes(Figure)];
    private static readonly byte[] End = [(byte)'s', (byte)'.'];
    private static readonly byte[] None = [(byte)'N'];
    private static readonly byte[] NaN = [(byte)'G', 0x7f, 0xf8, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Half = [(byte)'G', 0x3f, 0xe0, 0, 0, 0, 0, 0, 0];

    public static TheoryData<string, byte[]> Right => new()
    {
        { $$"""{"{{Figure}}": null, "{{Figure}}_is_nan": true}""", NaN },
        { $$"""{"{{Figure}}": "NaN", "{{Figure}}_is_nan": true}""", NaN },
        { $$"""{"{{Figure}}": null, "{{Figure}}_is_nan": false}""", None },
        { $$"""{"{{Figure}}": null}""", None },
        { $$"""{"{{Figure}}": 0.5, "{{Figure}}_is_nan": false}""", Half },
    };

    public static TheoryData<string, byte[]> Wrong => new()
    {
        { $$"""{"{{Figure}}": null, "{{Figure}}_is_nan": true}""", None },
        { $$"""{"{{Figure}}": null, "{{Figure}}_is_nan": true}""", Half },
        { $$"""{"{{Figure}}": null}""", NaN },
        { $$"""{"{{Figure}}": 0.5, "{{Figure}}_is_nan": true}""", Half },
    };

    [Theory]
    [MemberData(nameof(Right))]
    public void Null_beside_is_nan_is_NaN_and_else_None(string expected, byte[] value) => Check(expected, value);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_figure_that_is_something_else_is_noticed(string expected, byte[] value) => Assert.ThrowsAny<Exception>(() => Check(expected, value));

    [Fact]
    public void How_captions_were_made_is_read_out_of_the_cases_note()
    {
        var note = CaptioningNote.Read("state dict of seed/x.pkl in float16; base checkpoints/other-gpt2; loaded into a float32 model, captions as the seed makes them (image_size [48, 80], max_length 25, 3 beams)");
        Assert.Equal(new CaptioningNote("checkpoints/other-gpt2", new ImageSize(48, 80), 25, 3), note);
        Assert.ThrowsAny<XunitException>(() => CaptioningNote.Read("state dict in float16"));
    }

    /// <summary>The others are nearer to each other than to the first.</summary>
    [Fact]
    public void The_largest_cosine_is_the_first_inputs_with_another()
    {
        using var scope = NewDisposeScope();
        var features = tensor(new float[,] { { 1, 0 }, { 3, 4 }, { 3, 4 }, { 0, 1 } });
        Assert.Equal(0.6, OpenAiClipResults.LargestCosineToFirst(features), 1e-6);
    }

    private static void Check(string expected, byte[] value)
    {
        using var json = JsonDocument.Parse(expected);
        using var temporary = new TemporaryFile([.. NamePrefix, .. value, .. End], ".pkl");
        using var file = PyTorchFile.Open(temporary.Path);
        var reads = new Reads();
        var tracked = new Tracked(json.RootElement, reads, "expected");
        ReferenceFigures.Check(tracked, Figure, file.Root[Figure]);
        reads.AssertAllRead(tracked);
    }
}
