using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>The inputs of one case.</summary>
internal sealed class ClipForwardInputs(GoldenCase golden, int? maxLength)
{
    private static readonly string[] Known = ["files", "pixel_values", "texts", "input_ids", "attention_mask"];

    private readonly JsonElement _inputs = Checked(golden.Json.GetProperty("inputs"));

    public GoldenTensorFile Tensors { get; } = GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!);

    public bool HasTexts => _inputs.TryGetProperty("input_ids", out _);

    public string[]? Texts => _inputs.TryGetProperty("texts", out var texts) ? [.. texts.EnumerateArray().Select(t => t.GetString()!)] : null;

    public Tensor Ids => Find("input_ids") is { } ids && (maxLength is null || ids.shape[1] == maxLength)
        ? ids
        : throw new XunitException($"The case has no ids of max_length {maxLength}.");

    public Tensor? Mask => Find("attention_mask");

    /// <summary>The case's own pictures, or those of the file's first case that has some: its texts are compared with these.</summary>
    public Tensor Pixels => Find("pixel_values") ?? Load(golden.Root.GetProperty("cases").EnumerateArray()
        .Select(c => c.GetProperty("inputs"))
        .First(i => i.TryGetProperty("pixel_values", out _))
        .GetProperty("pixel_values"));

    private static JsonElement Checked(JsonElement inputs)
    {
        Assert.All(inputs.EnumerateObject(), input => Assert.Contains(input.Name, Known));
        return inputs;
    }

    private Tensor? Find(string name) => _inputs.TryGetProperty(name, out var value) ? Load(value) : null;

    private Tensor Load(JsonElement name) => Tensors[name.GetString()!].ToTorch(golden.Device);
}
