using System.Text.Json.Nodes;
using ClipGpt2.Captioning.GoldenTests.Forward;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>Padded batches in pieces that the data at hand lack, out of the logits of whole passes.</summary>
[Trait("Golden", "forward")]
public sealed class PaddingCaseTests
{
    private const string Name = "forward/gpt2.json";

    private static readonly string[] Roles = ["input_ids", "attention_mask", "position_ids"];

    /// <summary>The first pass sees nothing but padding of some rows, whose logits there mean nothing; a session begins where every row has begun.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_first_pass_may_hold_rows_of_padding_alone(int stride)
    {
        using var scope = NewDisposeScope();
        var (golden, tensors, logits) = InSteps(stride);
        Run(golden, tensors);

        // A wrong number at the end, where all rows have begun, is noticed.
        var last = tensors.Keys.Last(key => key.StartsWith("step", StringComparison.Ordinal));
        logits[.., -1, 3].add_(1);
        tensors[last] = logits[.., ^(int)tensors[last].shape[1]..].contiguous();
        Assert.ThrowsAny<XunitException>(() => Run(golden, tensors));
    }

    [Fact]
    public void A_session_is_compared_where_it_numbers_columns_as_the_case_does()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new long[,] { { 0, 0, 1, 1 }, { 1, 1, 1, 1 }, { 1, 1, 0, 0 } });
        var counted = new PaddedColumns(mask, tensor(new long[,] { { 1, 1, 0, 1 }, { 0, 1, 2, 3 }, { 0, 1, 1, 1 } }));
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(row => counted.IsAsInSession(row, 4)));
        Assert.True(counted.IsAsInSession(2, 2));
        var plain = new PaddedColumns(mask, null);
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(row => plain.IsAsInSession(row, 4)));
        Assert.Equal(3, plain.Start(3, asked: 1, all: 4));
        Assert.Equal(4, plain.Start(3, asked: 4, all: 4));
        Assert.Null(plain.Start(3, asked: 1, all: 2));
        Assert.Equal(1, new PaddedColumns(null, null).Start(3, asked: 1, all: 4));
    }

    /// <summary>A whole pass over a batch that is padded on the left, as a first pass of one column and steps.</summary>
    private static (JsonObject Golden, Dictionary<string, Tensor> Tensors, Tensor Logits) InSteps(int stride)
    {
        var golden = MadeUpCase.First(Name, c => c["expected"]!["logits"] is not null && c["inputs"]!["attention_mask"] is not null && c["inputs"]!["position_ids"] is not null
            && Stored((string)c["inputs"]!["attention_mask"]!)[.., 0].min().item<long>() == 0);
        var tensors = Roles.ToDictionary(role => role, role => Stored((string)golden["inputs"]![role]!));
        var logits = Stored((string)golden["expected"]!["logits"]!);
        var columns = (int)logits.shape[1];
        var steps = Enumerable.Range(0, columns - 1).Chunk(stride).Select(step => step.Length).ToArray();
        var names = new JsonArray();
        for (var (step, at) = (0, 1); step < steps.Length; at += steps[step++])
        {
            tensors[$"step{step:00}"] = logits[.., at..(at + steps[step])].contiguous();
            names.Add($"step{step:00}");
        }

        (golden["inputs"], golden["options"], golden["expected"]) = (
            new JsonObject(Roles.Select(role => KeyValuePair.Create(role, (JsonNode?)role))),
            new JsonObject { ["prefill"] = 1, ["steps"] = new JsonArray([.. steps.Select(length => (JsonNode)length)]) },
            new JsonObject { ["step_logits"] = names });
        return (golden, tensors, logits);
    }

    private static Tensor Stored(string name) => GoldenTensorFile.Open((string)MadeUpCase.Root(Name)["tensors"]!)[name].ToTorch();

    private static void Run(JsonObject golden, Dictionary<string, Tensor> tensors)
    {
        using var file = new TemporaryFile([], ".safetensors");
        SafetensorsWriter.Write(file.Path, tensors);
        var root = MadeUpCase.Root(Name);
        root["tensors"] = file.Path;
        MadeUpCase.Run(new Gpt2Suite(), Name, golden, root);
    }
}
