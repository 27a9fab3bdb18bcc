using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class BertEncoderTests
{
    private const int Hidden = 8;
    private const int Pad = 1;

    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    public void A_padded_text_gets_what_it_gets_alone(string kind)
    {
        using var scope = NewDisposeScope();
        using var encoder = Load(kind);
        var alone = encoder.HiddenState(Ids([4, 5, 6]), null, 2);
        var padded = encoder.HiddenState(Ids([4, 5, 6, Pad, Pad], [4, 5, 7, 8, 9]), Ids([1, 1, 1, 0, 0], [1, 1, 1, 1, 1]), 2);
        Assert.True(padded.narrow(0, 0, 1).narrow(1, 0, 3).allclose(alone, rtol: 0, atol: 1e-5));
    }

    [Fact]
    public void Files_of_models_with_heads_and_with_the_oldest_names_load_alike()
    {
        using var scope = NewDisposeScope();
        using var bare = Load("bert");
        using var prefixed = Load("bert", name => "bert." + name.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta"), "cls.predictions.bias");
        var ids = Ids([2, 3, 4]);
        using var first = bare.Forward(ids);
        using var second = prefixed.Forward(ids);
        Assert.True(first.LastHiddenState.allclose(second.LastHiddenState));
        Assert.True(first.Pooled!.allclose(second.Pooled!));
    }

    [Fact]
    public void A_model_without_pooling_layer_pools_nothing()
    {
        using var scope = NewDisposeScope();
        using var encoder = Load("roberta", name => name.StartsWith("pooler", StringComparison.Ordinal) ? null : "roberta." + name, "lm_head.bias");
        using var output = encoder.Forward(Ids([2, 3]));
        Assert.Null(output.Pooled);
    }

    [Fact]
    public void Token_types_count()
    {
        using var scope = NewDisposeScope();
        using var encoder = Load("bert");
        var ids = Ids([2, 3, 4]);
        using var one = encoder.Forward(ids);
        using var same = encoder.Forward(ids, tokenTypes: Ids([0, 0, 0]));
        using var pair = encoder.Forward(ids, tokenTypes: Ids([0, 1, 1]));
        Assert.True(one.LastHiddenState.allclose(same.LastHiddenState));
        Assert.False(one.LastHiddenState.allclose(pair.LastHiddenState));
    }

    [Fact]
    public void Calls_leave_no_tensor_behind()
    {
        using var encoder = Load("bert");
        using var ids = Ids([2, 3, 4]);
        using var mask = Ids([1, 1, 0]);
        var before = CountsTensors.Settled();
        encoder.HiddenState(ids, mask, 1).Dispose();
        encoder.Forward(ids, mask, hiddenStates: true).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void What_the_model_cannot_take_is_refused()
    {
        using var scope = NewDisposeScope();
        using var bert = Load("bert");
        using var roberta = Load("roberta");
        Assert.Contains("at most 8 tokens", Refusal(bert, Ids([2, 2, 2, 2, 2, 2, 2, 2, 2])), StringComparison.Ordinal);
        Assert.Contains("at most 6 tokens", Refusal(roberta, Ids([2, 2, 2, 2, 2, 2, 2])), StringComparison.Ordinal);
        Assert.Contains("token id 10", Refusal(bert, Ids([10])), StringComparison.Ordinal);
        Assert.Contains("layer 3 was asked for", Refusal(bert, Ids([2]), layer: 3), StringComparison.Ordinal);
        Assert.Contains("got []", Refusal(bert, tensor(1L)), StringComparison.Ordinal);

        static string Refusal(BertEncoder encoder, Tensor ids, int layer = 2) => Assert.Throws<CaptioningException>(() => encoder.HiddenState(ids, null, layer)).Message;
    }

    [Theory]
    [InlineData("\"model_type\":\"distilbert\"", "$.model_type is 'distilbert'")]
    [InlineData("\"position_embedding_type\":\"relative_key\"", "$.position_embedding_type is 'relative_key'")]
    [InlineData("\"pad_token_id\":-1", "$.pad_token_id must be between 0 and")]
    public void A_model_of_another_form_is_named(string field, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json", $$"""{"model_type":"bert",{{field}}}""".Replace("\"model_type\":\"bert\",\"model_type\"", "\"model_type\"", StringComparison.Ordinal));
        Assert.Contains(message, Assert.Throws<CheckpointFormatException>(() => BertConfig.Read(ConfigSection.Load(path))).Message, StringComparison.Ordinal);
    }

    /// <summary>A model of two layers whose weights depend on their bare name only; a null name leaves the weight out.</summary>
    private static BertEncoder Load(string kind, Func<string, string?>? rename = null, params string[] others)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", $$"""{"model_type":"{{kind}}","hidden_size":8,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":12,"vocab_size":10,"max_position_embeddings":8,"pad_token_id":1}""");
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var weights = Shapes().Select(s => (Name: rename is null ? s.Name : rename(s.Name), Value: randn(s.Shape, generator: generator) * 0.4)).Where(w => w.Name is not null);
        SafetensorsWriter.Write(folder.File("model.safetensors"), [.. weights.Select(w => new KeyValuePair<string, Tensor>(w.Name!, w.Value)), .. others.Select(o => new KeyValuePair<string, Tensor>(o, ones(2)))]);
        using var model = ModelFolder.Open(folder.Path);
        return BertEncoder.Load(model);
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes() =>
    [
        ("embeddings.word_embeddings.weight", [10, Hidden]),
        ("embeddings.position_embeddings.weight", [8, Hidden]),
        ("embeddings.token_type_embeddings.weight", [2, Hidden]),
        .. Norm("embeddings.LayerNorm"),
        .. Layer("encoder.layer.0"),
        .. Layer("encoder.layer.1"),
        .. Linear("pooler.dense", Hidden, Hidden),
    ];

    private static IEnumerable<(string, long[])> Layer(string name) =>
    [
        .. Linear($"{name}.attention.self.query", Hidden, Hidden),
        .. Linear($"{name}.attention.self.key", Hidden, Hidden),
        .. Linear($"{name}.attention.self.value", Hidden, Hidden),
        .. Linear($"{name}.attention.output.dense", Hidden, Hidden),
        .. Norm($"{name}.attention.output.LayerNorm"),
        .. Linear($"{name}.intermediate.dense", Hidden, 12),
        .. Linear($"{name}.output.dense", 12, Hidden),
        .. Norm($"{name}.output.LayerNorm"),
    ];

    private static IEnumerable<(string, long[])> Norm(string name) => [($"{name}.weight", [Hidden]), ($"{name}.bias", [Hidden])];

    private static IEnumerable<(string, long[])> Linear(string name, long inputs, long outputs) => [($"{name}.weight", [outputs, inputs]), ($"{name}.bias", [outputs])];

    private static Tensor Ids(params long[][] rows) => tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);
}
