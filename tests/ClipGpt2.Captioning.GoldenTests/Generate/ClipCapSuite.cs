using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>ClipCap's two decoders, one prefix at a time.</summary>
public sealed class ClipCapSuite : GoldenSuite
{
    /// <summary>What both functions of its <c>predict.py</c> take unless told otherwise.</summary>
    private const int EntryLength = 67;

    public override IReadOnlyList<string> Files => ["generate/clipcap.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "function", "model", "inputs", "row", "options", "expected"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        golden.Part("options").Informational();
        var options = Options(golden.Json.GetProperty("function").GetString()!, golden.Json.GetProperty("options"));
        if (golden.Json.TryGetProperty("row", out var row))
        {
            // The reference cannot decode a text of one token; "a port may return it".
            golden.Expected.Informational();
            Assert.Single(Assert.Single(Decode(golden, options, row.GetInt32())).TokenIds);
            return;
        }

        foreach (var expected in golden.Expected.Items())
        {
            var prefix = expected["row"].Index(row => RowOfAnotherText(golden.Expected, row));
            var texts = expected.Find("texts")?.Texts() ?? [expected["text"].Text()];
            Assert.Equal(texts, Decode(golden, options, prefix).Select(s => Tokenizer(golden).Decode(s.TokenIds)));
        }
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        base.CasesOf(file, root).Concat(root.GetProperty("errors").EnumerateArray().Select(c => ("error " + c.GetProperty("name").GetString(), c)));

    /// <summary>A row for which the case expects something else.</summary>
    private static int? RowOfAnotherText(Tracked expected, int row)
    {
        var items = expected.Raw.EnumerateArray()
            .Select(item => (Row: item.GetProperty("row").GetInt32(), Text: (item.TryGetProperty("texts", out var texts) ? texts : item.GetProperty("text")).GetRawText())).ToList();
        var own = items.First(item => item.Row == row).Text;
        return items.Where(item => item.Text != own).Select(item => (int?)item.Row).FirstOrDefault();
    }

    private static DecodingOptions Options(string function, JsonElement arguments)
    {
        var options = new DecodingOptions
        {
            Strategy = function switch
            {
                "generate2" => DecodingStrategy.ClipCapGreedy,
                "generate_beam" => DecodingStrategy.ClipCapBeam,
                _ => throw new XunitException($"The test does not know the function '{function}'."),
            },
            MaxNewTokens = EntryLength,
        };
        foreach (var argument in arguments.EnumerateObject())
        {
            Set(options, argument);
        }

        options.ReturnedSequences = options.Strategy == DecodingStrategy.ClipCapBeam ? options.Beams : 1;
        return options;
    }

    private static void Set(DecodingOptions options, JsonProperty argument)
    {
        switch (argument.Name)
        {
            case "beam_size": options.Beams = argument.Value.GetInt32(); break;
            case "entry_length": options.MaxNewTokens = argument.Value.GetInt32(); break;
            case "temperature": options.Temperature = argument.Value.GetDouble(); break;
            case "top_p": options.TopP = argument.Value.GetDouble(); break;
            case "stop_token": options.StopStrings = [argument.Value.GetString()!]; break;
            case "entry_count": break; // Only the first entry comes back.
            default: throw new XunitException($"The test does not know the option '{argument.Name}'.");
        }
    }

    private static IReadOnlyList<DecodedSequence> Decode(GoldenCase golden, DecodingOptions options, int row)
    {
        using var scope = NewDisposeScope();
        var inputs = Property(golden, "inputs");
        var prefix = GoldenTensorFile.Open("generate/inputs.safetensors")[inputs].Rows([row]).ToTorch(golden.Device);
        return DecodersUnderTest.Get(Property(golden, "model"), golden.Device).Decoder.Decode(prefix, options)[0];
    }

    private static Gpt2Tokenizer Tokenizer(GoldenCase golden) => DecodersUnderTest.Get(Property(golden, "model"), golden.Device).Tokenizer;

    /// <summary>Error cases name neither model nor inputs; they use those of the first case of their function.</summary>
    private static string Property(GoldenCase golden, string name) =>
        (golden.Json.TryGetProperty(name, out var own) ? own : golden.Root.GetProperty("cases").EnumerateArray().First(c => c.GetProperty("function").GetString() == golden.Json.GetProperty("function").GetString()).GetProperty(name)).GetString()!;
}
