using System.Text.Json;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>One case of a golden file, during one run.</summary>
public sealed class GoldenCase(string file, string name, JsonElement json, JsonElement root, string device, Reads reads)
{
    /// <summary>The JSON file, relative to the golden root.</summary>
    public string File { get; } = file;

    public string Name { get; } = name;

    /// <summary>The device to run on: <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device { get; } = device;

    /// <summary>The whole file, for what its cases share.</summary>
    public JsonElement Root { get; } = root;

    public Reads Reads { get; } = reads;

    /// <summary>The whole case, for names of inputs and the like, which need no tracking.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>A part in which every leaf must be read: <c>expected</c> and <c>options</c> above all.</summary>
    public Tracked Part(string name) => new(Json.GetProperty(name), Reads, name);

    public Tracked? FindPart(string name) => Json.TryGetProperty(name, out var value) ? new Tracked(value, Reads, name) : null;

    public Tracked Expected => Part("expected");

    /// <summary>Passes over an expectation that is on the list of what isn't offered.</summary>
    public void PassOver(Tracked expectation)
    {
        Assert.Contains(NotOffered.Expectations, listed => listed.Covers(File, expectation.Name));
        expectation.Informational();
    }

    /// <summary>The same for a member of a part, where it is there.</summary>
    public void PassOverIfThere(string part, string name)
    {
        if (Part(part).Find(name) is { } expectation)
        {
            PassOver(expectation);
        }
    }

    /// <summary>The tensors beside a JSON file: the .safetensors of the same stem.</summary>
    public GoldenTensorFile Tensors => GoldenTensorFile.Open(System.IO.Path.ChangeExtension(File, ".safetensors"));
}
