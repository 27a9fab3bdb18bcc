using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class ClipModelTests
{
    private const int End = TinyClip.EndId;

    [Fact]
    public void Padding_after_the_end_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var model = clip.Load();
        var alone = model.EncodeTexts(Ids([1, 2, End]));
        Assert.True(model.EncodeTexts(Ids([1, 2, End, End, End, End])).allclose(alone, rtol: 0, atol: 1e-5));
        Assert.True(model.EncodeTexts(Ids([1, 2, End, 0, 0, 0]), Ids([1, 1, 1, 0, 0, 0])).allclose(alone, rtol: 0, atol: 1e-5));
    }

    [Fact]
    public void A_configuration_that_says_2_pools_at_the_largest_id()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var old = new TinyClip(change: config => config["text_config"]!["eos_token_id"] = 2);
        using var model = clip.Load();
        using var oldModel = old.Load();
        var ids = Ids([2, 5, End, 0]);
        Assert.True(model.EncodeTexts(ids).allclose(oldModel.EncodeTexts(ids), rtol: 0, atol: 1e-5));
        Assert.False(oldModel.EncodeTexts(Ids([2, 5, 1, 0])).allclose(model.EncodeTexts(Ids([2, 5, 1, 0])), rtol: 0, atol: 1e-3));
    }

    [Fact]
    public void The_dict_form_of_old_configurations_wins()
    {
        using var clip = new TinyClip(change: config =>
        {
            config["text_config_dict"] = config["text_config"]!.DeepClone();
            config["text_config"] = new System.Text.Json.Nodes.JsonObject { ["hidden_size"] = 1 };
            config["vision_config_dict"] = null;
        });
        using var model = clip.Load();
        Assert.Equal(TinyClip.Positions, model.Text.Config.Positions);
    }

    [Fact]
    public void Similarity_is_the_scaled_cosine()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var model = clip.Load();
        var (images, texts) = (model.EncodeImages(TinyClip.Pixels(2)), model.EncodeTexts(Ids([1, End], [2, End], [3, End])));
        var similarity = model.Similarity(images, texts);
        Assert.Equal([2, 3], similarity.shape);
        var cosine = nn.functional.cosine_similarity(images.narrow(0, 1, 1), texts.narrow(0, 2, 1), dim: 1).item<float>();
        Assert.Equal(cosine * Math.Exp(model.LogitScale.item<float>()), similarity[1, 2].item<float>(), 1e-5);
    }

    [Fact]
    public void Embeddings_of_two_models_are_not_compared()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var model = clip.Load();
        var error = Assert.Throws<CaptioningException>(() => model.Similarity(ones(2, 12), ones(3, 13)));
        Assert.Contains("not [2, 12] and [3, 13]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_leave_no_tensor_behind()
    {
        using var clip = new TinyClip();
        using var model = clip.Load();
        using var pixels = TinyClip.Pixels(1);
        using var ids = Ids([1, End]);
        var before = CountsTensors.Settled();
        using (var images = model.EncodeImages(pixels))
        using (var texts = model.EncodeTexts(ids, ids))
        {
            model.Similarity(images, texts).Dispose();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Ids_that_the_model_cannot_take_are_refused()
    {
        using var scope = NewDisposeScope();
        using var clip = new TinyClip();
        using var model = clip.Load();
        Assert.Contains("token id 30 isn't in the text encoder's vocabulary of 30", Refusal(Ids([1, TinyClip.Vocabulary])), StringComparison.Ordinal);
        Assert.Contains("token id -1", Refusal(Ids([-1])), StringComparison.Ordinal);
        Assert.Contains("at most 7 tokens, and got 8", Refusal(Ids([1, 1, 1, 1, 1, 1, 1, 1])), StringComparison.Ordinal);
        Assert.Contains("[B, T], and got [2]", Refusal(tensor(new long[] { 1, 2 })), StringComparison.Ordinal);
        Assert.Contains("mask must be of the token ids' shape [1, 2]", Refusal(Ids([1, 2]), Ids([1])), StringComparison.Ordinal);

        string Refusal(Tensor ids, Tensor? mask = null) => Assert.Throws<CaptioningException>(() => model.EncodeTexts(ids, mask)).Message;
    }

    [Fact]
    public void Trained_weights_have_the_names_and_shapes_of_the_file()
    {
        using var clip = new TinyClip();
        using var folder = clip.Open();
        using var model = clip.Load(new ComputeOptions { Trainable = true });
        Assert.Equal(
            folder.Weights.Tensors.Values.Select(t => (t.Name, string.Join(",", t.Shape))).Order(),
            model.NamedParameters().Select(p => (p.Key, string.Join(",", p.Value.shape))).Order());
    }

    private static Tensor Ids(params long[][] rows) => tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);
}
