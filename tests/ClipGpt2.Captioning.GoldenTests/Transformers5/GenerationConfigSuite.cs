using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>What <c>generate</c> makes of <c>generation_config.json</c>, <c>config.json</c> and arguments together.</summary>
/// <remarks>
/// Where we aren't as the reference: diverse beam search is there, as in transformers 4, while 5 asks for remote code; contrastive search isn't, as in 5; and
/// what 4 stumbled over and 5 reads, we read with either compatibility.
/// </remarks>
public sealed class GenerationConfigSuite : OptionsSuite
{
    protected override string CaseList => "generate";

    protected override IReadOnlyList<string> TrackedParts => ["expected", "checks", "v4"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        golden.FindPart("checks")?["min_gap"].Informational();
        var older = golden.FindPart("v4");
        var isDiverse = golden.Json.GetProperty("generation_config") is { ValueKind: JsonValueKind.Object } file && file.TryGetProperty("num_beam_groups", out _);
        if (isDiverse)
        {
            golden.Expected.Informational();
        }

        Run(golden, ModelCompatibility.Transformers5, isDiverse ? older! : golden.Expected);
        if (older?.Find("error") is not null || golden.Expected.Find("error") is not null)
        {
            older?.Informational();
        }
        else
        {
            // Without figures of its own, 4 gives what 5 gives.
            Run(golden, ModelCompatibility.Transformers4, older ?? golden.Expected);
        }
    }

    private static void Run(GoldenCase golden, ModelCompatibility compatibility, Tracked expected)
    {
        using var scope = NewDisposeScope();
        using var model = new EditedModel(golden.Json.GetProperty("model").GetString()!);
        model.Configure(golden.Json.GetProperty("config"));
        model.SetGeneration(golden.Json.GetProperty("generation_config"));
        if (expected.Find("error") is not null)
        {
            expected.Informational();
            Assert.ThrowsAny<CaptioningException>(() => Decode(golden, model, compatibility));
            return;
        }

        var (results, tokenizer, fill) = Decode(golden, model, compatibility);
        var sequences = results.SelectMany(image => image).ToList();
        var ids = expected["ids"].Items();
        var texts = expected["texts"].Items();
        Assert.Equal(ids.Count, sequences.Count);
        for (var i = 0; i < sequences.Count; i++)
        {
            var row = ids[i].Integers();
            Assert.Equal(row.Take(sequences[i].TokenIds.Count), sequences[i].TokenIds);
            Assert.All(row.Skip(sequences[i].TokenIds.Count), id => Assert.Equal(fill, id));
            Assert.Equal(texts[i].Text(), tokenizer.Decode(row, skipSpecialTokens: true));
        }
    }

    private static (IReadOnlyList<IReadOnlyList<DecodedSequence>> Results, Gpt2Tokenizer Tokenizer, int? Fill) Decode(GoldenCase golden, EditedModel model, ModelCompatibility compatibility)
    {
        using var folder = model.Open();
        var log = new MessageList();
        var tokenizer = Gpt2Tokenizer.FromPretrained(folder.Path);
        using var decoder = Gpt2CaptionDecoder.Load(folder, new ComputeOptions { Device = golden.Device }, tokenizer, compatibility: compatibility, logger: log);
        CheckUnknown(golden, log);
        var file = decoder.Generation!.Options;
        var arguments = GenerateOptions.ReadArguments(golden.Json.GetProperty("kwargs"));
        var inputs = golden.Json.GetProperty("inputs").GetString()!.Split(' ');
        var prefix = GoldenTensorFile.Open(inputs[0])[inputs[1]].Rows(Arguments.Ids(golden.Json.GetProperty("rows"))).ToTorch(golden.Device);
        var whole = arguments.Over(file);
        return (decoder.Decode(prefix, ReferenceDefaults.For(compatibility, arguments, file)), tokenizer, whole.PadTokenId ?? whole.EndTokenIds!.Cast<int?>().FirstOrDefault());
    }

    /// <summary>A key that the file has and this test doesn't know must have been told, and no other.</summary>
    private static void CheckUnknown(GoldenCase golden, MessageList log)
    {
        string[] keys = golden.Json.GetProperty("generation_config") is { ValueKind: JsonValueKind.Object } file ? [.. file.EnumerateObject().Select(p => p.Name)] : [];
        string[] unknown = [.. keys.Where(key => key != "use_cache" && key != "bos_token_id" && !GenerateOptions.IsKnown(key))];
        Assert.Equal(unknown.Length > 0, log.Messages.Any(message => message.Contains("not known", StringComparison.Ordinal)));
        Assert.All(unknown, key => Assert.Contains(log.Messages, message => message.Contains(key, StringComparison.Ordinal)));
    }
}
