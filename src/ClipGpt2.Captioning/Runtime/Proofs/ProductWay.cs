namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>One of the ways in which a layer computes its product, which proves itself apart from the others.</summary>
/// <param name="Name">What it is, for logs: <c>oneDNN's product of a packed weight</c>.</param>
/// <param name="Weights">What it rounds weights to.</param>
/// <param name="Outputs">What it rounds outputs to.</param>
/// <param name="Multiply">The product of float32 rows [rows, in], given with their number, that bfloat16 holds exactly: [rows, out].</param>
/// <param name="MaxRows">The rows up to which it serves.</param>
/// <param name="Drop">Does without this way; null where the layer has no other.</param>
/// <param name="Sample">The same product of one row for some outputs alone, in the places of [out]; null where all must be computed.</param>
internal sealed record ProductWay(
    string Name, WeightFormat Weights, WeightFormat Outputs, Func<float[], int, float[]> Multiply, int MaxRows = int.MaxValue, Action? Drop = null, Func<float[], OutputRun[], float[]>? Sample = null)
{
    /// <summary>Takes on the weight's proof for when the way is first taken, which says what is wrong or returns null; null where it must be proven before.</summary>
    public Action<Func<string?>>? Defer { get; init; }
}
