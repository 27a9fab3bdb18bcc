using System.Text.Json;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Weights that don't fit their configuration, and shards that are missing.</summary>
/// <remarks>
/// Where we aren't as the reference: weights that are missing are refused, where it draws random ones; and <c>dtype</c> says nothing here, so that a wrong one
/// isn't looked at.
/// </remarks>
public sealed class WeightFilesSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["transformers5/bad.json"];

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("weights").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c));

    public override void Check(GoldenCase golden)
    {
        using var model = new EditedModel(golden.Json.GetProperty("model").GetString()!);
        model.Configure(golden.Json.GetProperty("changes"));
        foreach (var namePrefix in golden.Json.GetProperty("removed").EnumerateArray())
        {
            model.Remove(namePrefix.GetString()!);
        }

        if (golden.Json.GetProperty("changes").TryGetProperty("dtype", out _))
        {
            golden.Expected.Informational();
            Load(model);
        }
        else if (golden.Expected.Find("error") is not null)
        {
            golden.Expected.Informational();
            Assert.ThrowsAny<CaptioningException>(() => Load(model));
        }
        else
        {
            CheckKeys(golden.Expected, model);
        }
    }

    /// <summary>Weights that nothing asks for are refused too: whoever has them has another model. How many the reference counts depends on its version.</summary>
    private static void CheckKeys(Tracked expected, EditedModel model)
    {
        Assert.Equal(0, expected["mismatched_keys"].Integer());
        expected["unexpected_keys"].Informational();
        var hasStrangers = expected["unexpected_keys"].Raw.GetInt32() > 0;
        var message = (Record.Exception(() => Load(model)) as CaptioningException)?.Message ?? "";
        Assert.Equal(expected["missing_keys"].Integer(), Count(message, "missing"));
        Assert.Equal(hasStrangers, Count(message, "unexpected") > 0);
    }

    private static long Count(string message, string fault) => message.Split('\n').Count(line => line.TrimStart().StartsWith($"{fault}: '", StringComparison.Ordinal));

    private static void Load(EditedModel model)
    {
        using var folder = model.Open();
        Gpt2Model.Load(folder, new ComputeOptions()).Dispose();
    }
}
