using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>The sizes and settings of a GPT-2 model, of any size: what its <c>config.json</c> says.</summary>
/// <remarks>The defaults are GPT-2 small's. Follows Hugging Face's <c>GPT2Config</c>.</remarks>
public sealed partial record Gpt2Config
{
    /// <summary>The size H of a hidden state: <c>n_embd</c>.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>The number of blocks: <c>n_layer</c>.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>The number of attention heads, which divides <see cref="HiddenSize"/>: <c>n_head</c>.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>The most positions a sequence may have: <c>n_positions</c>.</summary>
    public int Positions { get; init; } = 1024;

    /// <summary>The width of a block's perceptron: <c>n_inner</c>, where null stands for four times <see cref="HiddenSize"/>.</summary>
    public int? InnerSize { get; init; }

    /// <summary>The number V of tokens: <c>vocab_size</c>.</summary>
    public int VocabularySize { get; init; } = 50257;

    /// <summary>The perceptron's nonlinearity by Hugging Face's name: <c>activation_function</c>.</summary>
    public string ActivationFunction { get; init; } = "gelu_new";

    /// <summary>What layer normalisation adds to a variance: <c>layer_norm_epsilon</c>.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>The token that ends a text, or the first of several: <c>eos_token_id</c>; null for none.</summary>
    /// <remarks>A model that is loaded from a folder ends texts with all of them, and those of its <c>generation_config.json</c> go before.</remarks>
    public int? EosTokenId { get; init; } = 50256;

    /// <summary>The token that begins a text: <c>bos_token_id</c>; null for none.</summary>
    public int? BosTokenId { get; init; } = 50256;

    /// <summary>Whether the head is the token embedding: <c>tie_word_embeddings</c>.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Whether scores are divided by the root of a head's size: <c>scale_attn_weights</c>. See <see cref="Compatibility"/>.</summary>
    public bool ScaleAttention { get; init; } = true;

    /// <summary>Whether block i divides its scores by i + 1 as well: <c>scale_attn_by_inverse_layer_idx</c>. See <see cref="Compatibility"/>.</summary>
    public bool ScaleAttentionByInverseLayer { get; init; }

    /// <summary>Whether <c>attn_implementation</c> is <c>eager</c>, in which transformers 4 heeds the two scaling settings too.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool EagerAttention { get; init; }

    /// <summary>Whose reading is followed: transformers 5 heeds the two scaling settings, 4.53 with its default attention ignores both.</summary>
    /// <value>The default is <see cref="ModelCompatibility.Transformers5"/>. It isn't part of the file.</value>
    public ModelCompatibility Compatibility { get; init; }

    /// <summary>Whether each block looks at an encoder's states beside the text: <c>add_cross_attention</c>.</summary>
    public bool AddCrossAttention { get; init; }

    /// <summary>The size He of the states that cross-attention looks at, which is <see cref="HiddenSize"/> in all of Hugging Face's files; null without <see cref="AddCrossAttention"/>.</summary>
    public int? CrossAttentionSize => AddCrossAttention ? HiddenSize : null;

    /// <summary>The dropout of the embeddings while training: <c>embd_pdrop</c>.</summary>
    public double EmbeddingDropout { get; init; } = 0.1;

    /// <summary>The dropout of attention's weights while training: <c>attn_pdrop</c>.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>The dropout of what a block adds while training: <c>resid_pdrop</c>.</summary>
    public double ResidualDropout { get; init; } = 0.1;

    /// <summary>The standard deviation of fresh weights: <c>initializer_range</c>.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The width of a block's perceptron.</summary>
    internal int PerceptronSize => InnerSize ?? 4 * HiddenSize;

    internal int HeadSize => HiddenSize / Heads;

    internal Activation Activation => Activations.Parse(ActivationFunction)!.Value;

    /// <summary>What a block's query-key products are multiplied by.</summary>
    internal double AttentionScale(int layer)
    {
        var isHeeded = EagerAttention || Compatibility == ModelCompatibility.Transformers5;
        var byHead = !isHeeded || ScaleAttention ? 1 / Math.Sqrt(HeadSize) : 1;
        return isHeeded && ScaleAttentionByInverseLayer ? byHead / (layer + 1) : byHead;
    }

    /// <summary>Reads a model's configuration, with GPT-2 small's values for what it leaves out.</summary>
    /// <param name="config">The content of <c>config.json</c>.</param>
    /// <returns>The configuration, not yet validated.</returns>
    /// <exception cref="CheckpointFormatException">A field isn't of its kind.</exception>
    public static Gpt2Config Read(ConfigSection config)
    {
        ArgumentNullException.ThrowIfNull(config);
        ConfigKeys.Check(config, Gpt2Folder.Kind);
        var defaults = new Gpt2Config();
        return new Gpt2Config
        {
            HiddenSize = Size("hidden_size", "n_embd", defaults.HiddenSize),
            Layers = Size("num_hidden_layers", "n_layer", defaults.Layers),
            Heads = Size("num_attention_heads", "n_head", defaults.Heads),
            Positions = Size("max_position_embeddings", "n_positions", defaults.Positions),
            InnerSize = config.Has("n_inner") ? config.Int("n_inner") : null,
            VocabularySize = config.Int("vocab_size", defaults.VocabularySize),
            ActivationFunction = config.Text("activation_function", defaults.ActivationFunction),
            LayerNormEpsilon = config.Number("layer_norm_epsilon", defaults.LayerNormEpsilon),
            EosTokenId = config.Has("eos_token_id") ? config.Ints("eos_token_id").Cast<int?>().FirstOrDefault() : null,
            BosTokenId = config.Has("bos_token_id") ? config.Int("bos_token_id") : null,
            TieWordEmbeddings = config.Flag("tie_word_embeddings", defaults.TieWordEmbeddings),
            ScaleAttention = config.Flag("scale_attn_weights", defaults.ScaleAttention),
            ScaleAttentionByInverseLayer = config.Flag("scale_attn_by_inverse_layer_idx", defaults.ScaleAttentionByInverseLayer),
            EagerAttention = config.Text("attn_implementation", "sdpa") == "eager",
            AddCrossAttention = config.Flag("add_cross_attention", defaults.AddCrossAttention),
            EmbeddingDropout = config.Number("embd_pdrop", defaults.EmbeddingDropout),
            AttentionDropout = config.Number("attn_pdrop", defaults.AttentionDropout),
            ResidualDropout = config.Number("resid_pdrop", defaults.ResidualDropout),
            InitializerRange = config.Number("initializer_range", defaults.InitializerRange),
        };

        // The names that other models have for these; transformers takes either, and them first.
        int Size(string others, string own, int fallback) => config.Int(others, config.Int(own, fallback));
    }

    /// <summary>Checks all fields.</summary>
    /// <param name="location">The file or folder, for the message.</param>
    /// <exception cref="CheckpointFormatException">Lists every field that cannot be, and what could.</exception>
    internal void Validate(string location)
    {
        var errors = Errors().ToList();
        if (errors.Count > 0)
        {
            throw new CheckpointFormatException($"{location}: this is no GPT-2 configuration: {string.Join("; ", errors)}.");
        }
    }

    private IEnumerable<string> Errors()
    {
        (string Name, int Value)[] sizes =
        [
            ("n_embd", HiddenSize), ("n_layer", Layers), ("n_head", Heads), ("n_positions", Positions), ("n_inner", InnerSize ?? 1), ("vocab_size", VocabularySize),
        ];
        foreach (var (name, value) in sizes.Where(s => s.Value < 1))
        {
            yield return $"{name} is {value}, it must be at least 1";
        }

        if (HiddenSize > 0 && Heads > 0 && HiddenSize % Heads != 0)
        {
            yield return $"n_embd is {HiddenSize}, it must be a multiple of n_head, {Heads}";
        }

        if (Activations.Parse(ActivationFunction) is null)
        {
            yield return $"activation_function is '{ActivationFunction}', it must be gelu_new, gelu, quick_gelu, relu or tanh";
        }

        if (!(LayerNormEpsilon > 0 && double.IsFinite(LayerNormEpsilon)))
        {
            yield return $"layer_norm_epsilon is {LayerNormEpsilon}, it must be a finite number above 0";
        }

        if (!(InitializerRange > 0 && double.IsFinite(InitializerRange)))
        {
            yield return $"initializer_range is {InitializerRange}, it must be a finite number above 0";
        }

        (string Name, int? Value)[] tokens = [("eos_token_id", EosTokenId), ("bos_token_id", BosTokenId)];
        foreach (var (name, value) in tokens.Where(t => t.Value < 0))
        {
            yield return $"{name} is {value}, it must not be negative";
        }

        (string Name, double Value)[] rates = [("embd_pdrop", EmbeddingDropout), ("attn_pdrop", AttentionDropout), ("resid_pdrop", ResidualDropout)];
        foreach (var (name, value) in rates.Where(r => !(r.Value >= 0 && r.Value < 1)))
        {
            yield return $"{name} is {value}, it must be at least 0 and below 1";
        }
    }
}
