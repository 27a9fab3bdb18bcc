using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The sizes of a stack of transformer blocks, by the names that Hugging Face's encoders share.</summary>
internal sealed record TransformerConfig
{
    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int IntermediateSize { get; init; }

    public required Activation Activation { get; init; }

    public required double Epsilon { get; init; }

    /// <summary>Whether queries, keys and values have a bias.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Reads the sizes; what a file leaves out is what the kind of model has by default.</summary>
    public static TransformerConfig Read(ConfigSection section, TransformerConfig defaults)
    {
        var config = new TransformerConfig
        {
            HiddenSize = Positive(section, "hidden_size", defaults.HiddenSize),
            Layers = Positive(section, "num_hidden_layers", defaults.Layers),
            Heads = Positive(section, "num_attention_heads", defaults.Heads),
            IntermediateSize = Positive(section, "intermediate_size", defaults.IntermediateSize),
            Activation = ReadActivation(section, defaults.Activation),
            Epsilon = section.Number("layer_norm_eps", defaults.Epsilon),
        };
        if (config.HiddenSize % config.Heads != 0)
        {
            throw section.Error("num_attention_heads", $"must divide hidden_size ({config.HiddenSize}), and is {config.Heads}");
        }

        return config.Epsilon > 0 ? config : throw section.Error("layer_norm_eps", $"must be above 0, and is {config.Epsilon}");
    }

    /// <summary>An integer of at least 1.</summary>
    public static int Positive(ConfigSection section, string name, int fallback) => section.Int(name, fallback) is var value && value > 0
        ? value
        : throw section.Error(name, $"must be above 0, and is {value}");

    private static Activation ReadActivation(ConfigSection section, Activation fallback)
    {
        const string Name = "hidden_act";
        return !section.Has(Name)
            ? fallback
            : Activations.Parse(section.Text(Name)) ?? throw section.Error(Name, $"is '{section.Text(Name)}', which isn't an activation that this library knows");
    }
}
