using System.Text.Json;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>The named arguments of a call, each of which must be taken.</summary>
internal sealed class Arguments(JsonElement json)
{
    private readonly HashSet<string> _left = [.. json.EnumerateObject().Select(p => p.Name)];

    public static int[] Ids(JsonElement json) => json.ValueKind == JsonValueKind.Number ? [json.GetInt32()] : [.. json.EnumerateArray().Select(i => i.GetInt32())];

    public static int[][] Lists(JsonElement json) => [.. json.EnumerateArray().Select(Ids)];

    public JsonElement Take(string name)
    {
        _left.Remove(name);
        return json.GetProperty(name);
    }

    public int Integer(string name) => Take(name).GetInt32();

    public double Number(string name) => Take(name).GetDouble();

    public int[] Tokens(string name) => Ids(Take(name));

    public void AssertAllTaken()
    {
        if (_left.Count > 0)
        {
            throw new XunitException("The test does not know: " + string.Join(", ", _left));
        }
    }
}
