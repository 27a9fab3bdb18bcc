using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Evaluation;

/// <summary>A BERT folder of one layer and a dozen words with random weights.</summary>
internal sealed class TinyBert : IDisposable
{
    private const int Hidden = 8;

    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "cat", "runs", "sleeps", "red", "."];

    private readonly TemporaryFolder _folder = new();

    public TinyBert()
    {
        _folder.Write("config.json", $$"""{"model_type":"bert","hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":12,"vocab_size":{{Words.Length}},"max_position_embeddings":16}""");
        _folder.Write("tokenizer_config.json", """{"tokenizer_class":"BertTokenizer","do_lower_case":true}""");
        _folder.Write("vocab.txt", string.Join('\n', Words));
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        SafetensorsWriter.Write(_folder.File("model.safetensors"), [.. Shapes().Select(s => KeyValuePair.Create(s.Name, randn(s.Shape, generator: generator)))]);
    }

    public string Write(string name, string text) => _folder.Write(name, text);

    public ModelFolder Open() => ModelFolder.Open(_folder.Path);

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<(string Name, long[] Shape)> Shapes() =>
    [
        ("embeddings.word_embeddings.weight", [Words.Length, Hidden]),
        ("embeddings.position_embeddings.weight", [16, Hidden]),
        ("embeddings.token_type_embeddings.weight", [2, Hidden]),
        .. Both("embeddings.LayerNorm", [Hidden]),
        .. Both("encoder.layer.0.attention.self.query", [Hidden, Hidden]),
        .. Both("encoder.layer.0.attention.self.key", [Hidden, Hidden]),
        .. Both("encoder.layer.0.attention.self.value", [Hidden, Hidden]),
        .. Both("encoder.layer.0.attention.output.dense", [Hidden, Hidden]),
        .. Both("encoder.layer.0.attention.output.LayerNorm", [Hidden]),
        .. Both("encoder.layer.0.intermediate.dense", [12, Hidden]),
        .. Both("encoder.layer.0.output.dense", [Hidden, 12]),
        .. Both("encoder.layer.0.output.LayerNorm", [Hidden]),
    ];

    private static IEnumerable<(string, long[])> Both(string name, long[] weight) => [($"{name}.weight", weight), ($"{name}.bias", [weight[0]])];
}
