using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>All cases of <c>hf_generate.json</c> with a model as transformers 5 reads it, and with its defaults.</summary>
/// <remarks>
/// Where the file says "same" the case's own results are expected. Where we aren't as the reference: diverse and constrained search are there, as in
/// transformers 4, while 5 asks for remote code; an empty sequence among those that are banned is refused, as in 4, while 5 passes over it.
/// </remarks>
public sealed class GenerateV5Suite : GoldenSuite
{
    private const string Cases = "generate/hf_generate.json";

    private static readonly string[] Lists = ["same", "differ", "refused", "errors", "sampled_paths"];
    private static readonly string[] PartsOfACase = ["expected", "options", "checks"];

    /// <summary>What 5 wants remote code for.</summary>
    private static readonly string[] Modes = ["group_beam", "constrained_beam"];

    public override IReadOnlyList<string> Files => ["transformers5/generate_v5.json"];

    public override bool UsesDevice => true;

    protected override IReadOnlyList<string> TrackedParts => ["v5", "holds"];

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        Lists.SelectMany(list => root.GetProperty(list).EnumerateArray()
            .Select(c => ($"{list} {(c.ValueKind == JsonValueKind.String ? c : c.GetProperty("name")).GetString()}", c)));

    public override void Check(GoldenCase golden)
    {
        var (list, name) = (golden.Name.Split(' ')[0], golden.Name[(golden.Name.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        switch (list)
        {
            case "same": CheckAsBefore(golden, name); break;
            case "differ": CheckResults(golden, Find(name)); break;
            case "refused": CheckOurs(golden, name); break;
            case "errors": CheckError(golden, Find($"error {name}")); break;
            case "sampled_paths":
                Assert.True(golden.Part("holds").Flag());
                CheckAsBefore(golden, $"path {name}");
                break;
            default: throw new XunitException($"The test does not know the list '{list}'.");
        }
    }

    private static JsonElement Find(string name) => GenerateSuite.CasesOf(Document(Cases)).Single(c => c.Name == name).Case;

    /// <summary>The case, whose figures are all compared: its values are its own part of what may be changed.</summary>
    private static void CheckAsBefore(GoldenCase golden, string name)
    {
        var before = new GoldenCase(Cases, name, Find(name), Document(Cases), golden.Device, golden.Reads);
        GenerateSuite.Check(before, ModelCompatibility.Transformers5);
        Assert.All(PartsOfACase.Where(part => before.Json.TryGetProperty(part, out _)), part => golden.Reads.AssertAllRead(before.Part(part)));
    }

    private static void CheckOurs(GoldenCase golden, string name)
    {
        Assert.Contains(golden.Json.GetProperty("mode").GetString(), Modes);
        Assert.Contains("trust_remote_code", golden.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        CheckAsBefore(golden, name);
    }

    /// <summary>Ids are filled up behind a row's end to the longest row of the reference's batch.</summary>
    private static void CheckResults(GoldenCase golden, JsonElement json)
    {
        Assert.True(JsonElement.DeepEquals(json.GetProperty("options"), golden.Json.GetProperty("options")));
        var call = Call(golden, json);
        var sequences = call.Decode(call.Rows).SelectMany(image => image).ToList();
        var ids = golden.Part("v5")["ids"].Items();
        var texts = golden.Part("v5")["texts"].Items();
        Assert.Equal(ids.Count, sequences.Count);
        Assert.Equal(texts.Count, sequences.Count);
        var fill = call.Options.PadTokenId ?? (call.Options.EndTokenIds ?? [call.Decoder.Model.Config.EosTokenId!.Value])[0];
        foreach (var (sequence, i) in sequences.Select((sequence, i) => (sequence, i)))
        {
            var row = ids[i].Integers();
            Assert.Equal(row.Take(sequence.TokenIds.Count), sequence.TokenIds);
            Assert.All(row.Skip(sequence.TokenIds.Count), id => Assert.Equal(fill, id));
            Assert.Equal(texts[i].Text(), call.Text(row));
        }
    }

    private static void CheckError(GoldenCase golden, JsonElement json)
    {
        var expected = golden.Part("v5");
        var call = Call(golden, json);
        expected.Informational();
        if (expected.Find("error") is null)
        {
            Assert.Contains(call.Options.BadWords ?? [], phrase => phrase.Count == 0);
        }

        Assert.Throws<CaptioningException>(() => call.Decode(call.Rows));
    }

    private static GenerateCall Call(GoldenCase golden, JsonElement json) =>
        new(new GoldenCase(Cases, golden.Name, json, Document(Cases), golden.Device, golden.Reads), json, ModelCompatibility.Transformers5);
}
