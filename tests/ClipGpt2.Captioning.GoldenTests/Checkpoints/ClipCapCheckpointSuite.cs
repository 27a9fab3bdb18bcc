using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Checkpoints;

/// <summary>ClipCap's checkpoints as captioners, from an embedding to the texts of its two decoders.</summary>
public sealed class ClipCapCheckpointSuite : GoldenSuite
{
    private const double Tolerance = 1e-4;

    /// <summary>What both functions of its <c>predict.py</c> take unless told otherwise.</summary>
    private const int EntryLength = 67;

    private const int BeamSize = 5;

    /// <summary>Its embeddings have the size of the checkpoints'; the cases begin behind it.</summary>
    private const string Clip = "models/tiny-clip";

    public override IReadOnlyList<string> Files => ["checkpoints/clipcap/clipcap.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "checkpoint", "image", "clip_embedding_tensor", "expected"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        var (json, tensors) = (golden.Json, GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!));
        var checkpoint = golden.Root.GetProperty("checkpoints").EnumerateArray().Single(c => c.GetProperty("file").GetString() == json.GetProperty("checkpoint").GetString());
        var (file, gpt2) = (checkpoint.GetProperty("file").GetString()!, checkpoint.GetProperty("base_gpt2").GetString()!);
        var captioner = LoadedCheckpoints.Get(file, Clip, gpt2, golden.Device);
        var (embedding, expected) = (tensors[json.GetProperty("clip_embedding_tensor").GetString()!], golden.Expected);
        LoadedCheckpoints.CheckPrefix(captioner, embedding, expected["prefix_tensor"].Tensor(tensors), Tolerance);
        Assert.Equal([expected["generate2"].Text()], LoadedCheckpoints.Texts(captioner, embedding, Options("generate2")));
        Assert.Equal(expected["generate_beam"].Texts(), LoadedCheckpoints.Texts(captioner, embedding, Options("generate_beam")));
        CheckOwnSearch(captioner, embedding, expected);
        CheckOwnSearch(LoadedCheckpoints.GetConverted(file, Clip, gpt2, golden.Device), embedding, expected);
        foreach (var call in expected.Find("options")?.Items() ?? [])
        {
            var options = Options(call["function"].Text());
            foreach (var argument in call.Names.Where(name => name is not ("function" or "result")))
            {
                Set(options, argument, call[argument]);
            }

            options.ReturnedSequences = options.Strategy == DecodingStrategy.ClipCapBeam ? options.Beams : 1;
            string[] result = call["result"].Kind == JsonValueKind.Array ? call["result"].Texts() : [call["result"].Text()];
            Assert.Equal(result, LoadedCheckpoints.Texts(captioner, embedding, options));
        }
    }

    /// <summary>What nobody sets is as in the program, whether the captioner is out of the checkpoint or out of the folder that it was converted into.</summary>
    private static void CheckOwnSearch(Captioner captioner, GoldenTensor embedding, Tracked expected)
    {
        Assert.Equal([expected["generate2"].Text()], LoadedCheckpoints.Texts(captioner, embedding, new()));
        Assert.Equal(
            expected["generate_beam"].Texts(), LoadedCheckpoints.Texts(captioner, embedding, new() { Strategy = DecodingStrategy.ClipCapBeam, ReturnedSequences = BeamSize }));
    }

    private static DecodingOptions Options(string function) => function switch
    {
        "generate2" => new() { Strategy = DecodingStrategy.ClipCapGreedy, MaxNewTokens = EntryLength },
        "generate_beam" => new() { Strategy = DecodingStrategy.ClipCapBeam, MaxNewTokens = EntryLength, Beams = BeamSize, ReturnedSequences = BeamSize },
        _ => throw new XunitException($"The test does not know the function '{function}'."),
    };

    /// <summary>Arguments are inputs: a changed one may well give the same text.</summary>
    private static void Set(DecodingOptions options, string name, Tracked value)
    {
        value.Informational();
        switch (name)
        {
            case "beam_size": options.Beams = value.Raw.GetInt32(); break;
            case "entry_length": options.MaxNewTokens = value.Raw.GetInt32(); break;
            case "temperature": options.Temperature = value.Raw.GetDouble(); break;
            case "top_p": options.TopP = value.Raw.GetDouble(); break;
            case "stop_token": options.StopStrings = [value.Raw.GetString()!]; break;
            default: throw new XunitException($"The test does not know the option '{name}'.");
        }
    }
}
