namespace ClipGpt2.Captioning.Weights;

/// <summary>How state dicts name what belongs to a layer.</summary>
internal static class LayerName
{
    /// <summary><c>layer.weight</c>, or <c>weight</c> alone where the layer is the whole model.</summary>
    public static string Of(string layer, string part) => layer.Length == 0 ? part : $"{layer}.{part}";
}
