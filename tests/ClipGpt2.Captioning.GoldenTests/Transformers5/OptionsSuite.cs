using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>One of the lists of cases in <c>options.json</c>.</summary>
public abstract class OptionsSuite : GoldenSuite
{
    // The forward folder's tolerance of logits.
    protected const double LogitsTolerance = 1e-4;

    public override IReadOnlyList<string> Files => ["transformers5/options.json"];

    protected abstract string CaseList { get; }

    protected static GoldenTensorFile TensorsOf(GoldenCase golden) => GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!);

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty(CaseList).EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c));
}
