using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Forward;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>The forward folder's values under transformers 5: each holds, so that the folder's cases are run with the models as 5 reads them.</summary>
public sealed class ForwardV5Suite : GoldenSuite
{
    private const string Gpt2File = "forward/gpt2.json";

    private static readonly GoldenSuite[] Folder = [new ClipForwardSuite(), new EncodersForwardSuite(), new SiglipForwardSuite(), new Gpt2Suite(ModelCompatibility.Transformers5)];

    /// <summary>The models by whose names two files' cases of one name are told apart.</summary>
    private static readonly Dictionary<string, string> FileOf = new() { ["clip"] = "forward/clip.json", ["siglip"] = "forward/siglip.json", ["gpt2"] = Gpt2File };

    public override IReadOnlyList<string> Files => ["transformers5/forward_v5.json"];

    public override bool UsesDevice => true;

    protected override IReadOnlyList<string> TrackedParts => [];

    /// <summary>A case for each one of the forward folder's that the file has values of.</summary>
    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("values_checked").EnumerateArray().GroupBy(value => value.GetProperty("case").GetString()!).Select(values => (values.Key, root));

    public override void Check(GoldenCase golden)
    {
        var values = new Tracked(golden.Root, golden.Reads)["values_checked"].Items().Where(value => value["case"].Raw.GetString() == golden.Name).ToList();
        Assert.Equal(golden.Root.GetProperty("values").GetInt32(), golden.Root.GetProperty("hold").GetInt32());
        foreach (var value in values)
        {
            Assert.Equal(["case", "holds", "max_abs", "tolerance", "value"], value.Names.Order(StringComparer.Ordinal));
            Assert.True(value["holds"].Flag());
        }

        var (file, name) = golden.Name.Split(' ') is [var model, var own] ? (FileOf[model], own) : (null, golden.Name);
        foreach (var suite in Folder)
        {
            foreach (var found in suite.List().Where(c => c.Name == name && c.Device == golden.Device && (file is null || c.File == file)))
            {
                suite.Run(found.File, found.Name, found.Device);
                return;
            }
        }

        throw new XunitException($"The forward folder has no case '{golden.Name}'.");
    }
}
