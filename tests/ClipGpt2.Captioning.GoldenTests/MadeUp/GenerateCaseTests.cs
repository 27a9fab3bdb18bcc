using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Forward;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>Arguments that are null, and arguments that aren't offered.</summary>
[Trait("Golden", "generate")]
public sealed class GenerateCaseTests
{
    private const string Name = "generate/hf_generate.json";

    /// <summary>None is the default in Python, but for the end token, where it is a choice.</summary>
    [Fact]
    public void An_argument_that_is_null_isnt_set()
    {
        using var json = JsonDocument.Parse("""{"num_beams": null, "early_stopping": null, "bad_words_ids": null, "pad_token_id": null, "stop_strings": null, "eos_token_id": null}""");
        var options = GenerateOptions.ReadArguments(json.RootElement);
        Assert.Equal((null, null, null, null, null), (options.Beams, options.EarlyStopping, options.BadWords, options.PadTokenId, options.StopStrings));
        Assert.Empty(options.EndTokenIds!);
    }

    [Fact]
    public void A_search_that_isnt_offered_is_refused_by_its_name()
    {
        var golden = MadeUpCase.First(Name, c => (string?)c["mode"] == "greedy");
        golden["options"]!["penalty_alpha"] = 0.6;
        Assert.Equal("penalty_alpha", NotOffered.Among(Name, MadeUpCase.Element(golden))!.Name);
        MadeUpCase.Run(new GenerateSuite(), Name, golden);
    }

    [Theory]
    [InlineData("options")]
    [InlineData("")]
    public void What_nobody_knows_fails(string part)
    {
        var golden = MadeUpCase.First(Name, c => (string?)c["mode"] == "greedy");
        (part.Length == 0 ? golden : golden[part]!.AsObject())["tempreature"] = 0.6;
        var error = Assert.ThrowsAny<Exception>(() => MadeUpCase.Run(new GenerateSuite(), Name, golden));
        Assert.Contains("tempreature", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_whose_frozen_blocks_are_null_is_trained_whole()
    {
        const string Forward = "forward/gpt2.json";
        var golden = MadeUpCase.First(Forward, c => c["expected"]!["loss"] is not null && c["expected"]!["parameters_without_gradient"] is null && !c["options"]!.AsObject().ContainsKey("n_layers_to_freeze"));
        golden["options"]!["n_layers_to_freeze"] = null;
        MadeUpCase.Run(new Gpt2Suite(), Forward, golden);
    }
}
