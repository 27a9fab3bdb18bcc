using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class ClipTextEncoderTests
{
    [Fact]
    public void A_text_gets_the_same_embedding_alone_and_beside_longer_ones()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var encoder = Load(clip);
        string[] texts = ["a", "b a b a b a b a b a", ""];
        var together = encoder.Encode(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.True(encoder.Encode([texts[i]]).allclose(together.narrow(0, i, 1), rtol: 0, atol: 1e-5));
        }
    }

    [Fact]
    public void No_texts_give_no_embeddings()
    {
        using var clip = new TinyClip();
        using var encoder = Load(clip);
        using var none = encoder.Encode([]);
        Assert.Equal([0, encoder.EmbeddingDimension], none.shape);
    }

    [Fact]
    public void Encoding_leaves_no_tensor_behind()
    {
        using var clip = new TinyClip();
        using var encoder = Load(clip);
        var before = CountsTensors.Settled();
        encoder.Encode(["a b", "b"]).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void OpenAIs_form_needs_a_tokenizer_from_elsewhere_and_then_gives_what_the_model_gives()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyOpenAiClip();
        using var other = new TinyClip();
        using var tokenizer = Load(other);
        using var folder = other.Open();
        using var encoder = ClipTextEncoder.FromPretrained(clip.File, tokenizerFolder: folder.Path);
        using var model = ClipModel.FromPretrained(clip.File);
        Assert.True(encoder.Encode(["a b"]).allclose(model.EncodeTexts(tensor(new long[] { 28, 1, 3, 29 }, [1, 4])), rtol: 0, atol: 1e-5));
        Assert.Throws<TokenizerFormatException>(() => ClipTextEncoder.FromPretrained(clip.File));
    }

    [Fact]
    public void A_text_without_the_end_that_the_configuration_names_is_an_error()
    {
        using var copy = new CaptionerCopy();
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(copy.PathOf("encoder/config.json")))!.AsObject();
        config["text_config"]!["eos_token_id"] = 5;
        File.WriteAllText(copy.PathOf("encoder/config.json"), config.ToJsonString());
        using var encoder = ClipTextEncoder.FromPretrained(copy.PathOf("encoder"));
        var message = Assert.Throws<CaptioningException>(() => encoder.Encode(["a red circle"])).Message;
        Assert.Contains("eos_token_id", message, StringComparison.Ordinal);
        Assert.Contains("a red circle", message, StringComparison.Ordinal);
        using var captioner = copy.Load();
        var metric = new ClipGpt2.Captioning.Evaluation.ClipScoreMetric(captioner.Encoder, encoder, _ => SampleCaptioner.Images[0]);
        var corpus = new ClipGpt2.Captioning.Metrics.CaptionCorpus([new("1", "a red circle", ["a circle"])]);
        Assert.Throws<CaptioningException>(() => metric.Evaluate(corpus, TestContext.Current.CancellationToken));
    }

    /// <summary>A tokenizer that knows two letters is enough to tell texts apart.</summary>
    private static ClipTextEncoder Load(TinyClip clip)
    {
        clip.Write("vocab.json", $$"""{"a":0,"a</w>":1,"b":2,"b</w>":3,"<|startoftext|>":28,"<|endoftext|>":{{TinyClip.EndId}}}""");
        clip.Write("merges.txt", "#version: 0.2\n");
        using var folder = clip.Open();
        return ClipTextEncoder.Load(folder);
    }
}
