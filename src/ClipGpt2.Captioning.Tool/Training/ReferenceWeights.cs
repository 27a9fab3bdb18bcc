namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Trained weights under the names and shapes that they have in the reference program's model.</summary>
internal static class ReferenceWeights
{
    private const string Decoder = "decoder.";
    private const string Projector = "projector.";

    /// <summary>The weights in the reference program's order: GPT-2's, called <c>gpt</c> there, then the projector's.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<long> Shape)> Of(IEnumerable<KeyValuePair<string, IReadOnlyList<long>>> weights) =>
        weights.OrderBy(w => Rank(w.Key)).Select(w => (Name(w.Key), Shape(w.Key, w.Value)));

    private static int Rank(string name) => IsOf(name, Decoder) ? 0 : IsOf(name, Projector) ? 1 : 2;

    private static string Name(string name) => IsOf(name, Decoder) ? $"gpt.{name[Decoder.Length..]}" : name;

    /// <summary>The matrices of GPT-2's blocks are Hugging Face's <c>Conv1D</c> in the reference program, [in, out], and [out, in] here.</summary>
    private static IReadOnlyList<long> Shape(string name, IReadOnlyList<long> shape) =>
        shape.Count == 2 && IsOf(name, $"{Decoder}transformer.h.") ? [shape[1], shape[0]] : shape;

    private static bool IsOf(string name, string part) => name.StartsWith(part, StringComparison.Ordinal);
}
