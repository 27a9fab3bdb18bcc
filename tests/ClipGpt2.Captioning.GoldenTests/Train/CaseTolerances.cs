using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>How far a case's figures may be off: what float32 leaves of sums, and twice what the case says that it differs from float64.</summary>
/// <remarks>The reference's float32 run and ours are each that far from the exact one.</remarks>
internal sealed class CaseTolerances(GoldenCase golden)
{
    public const double Gradient = 2e-5; // of a norm

    private const double LossRounding = 2e-6;
    private const double WeightRounding = 1e-6;

    public double Loss => LossRounding + (2 * Check("loss_max_abs_difference_to_float64"));

    public double Weight => WeightRounding + (2 * Check("parameter_max_abs_difference_to_float64"));

    public double Validation => LossRounding + (2 * Check("validation_max_abs_difference_to_float64"));

    public double Tensor(string name) =>
        WeightRounding + (2 * (golden.Json.GetProperty("checks").GetProperty("final_tensors").TryGetProperty(name, out var difference) ? difference.GetDouble() : 0));

    private double Check(string name) =>
        golden.Json.TryGetProperty("checks", out var checks) && checks.TryGetProperty(name, out JsonElement difference) ? difference.GetDouble() : 0;
}
