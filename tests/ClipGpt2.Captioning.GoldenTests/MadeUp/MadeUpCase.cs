using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>Cases that the golden data at hand lack, run by their suites as if they were the files' own.</summary>
internal static class MadeUpCase
{
    /// <summary>A copy of a file's first case of some kind.</summary>
    public static JsonObject First(string file, Func<JsonNode, bool> fits, string list = "cases") =>
        Root(file)[list]!.AsArray().First(golden => fits(golden!))!.DeepClone().AsObject();

    public static JsonObject Root(string file) => JsonNode.Parse(File.ReadAllText(GoldenRoot.Path(file)))!.AsObject();

    /// <summary>Checks a case as the suite's tests do.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="file">The file that the case would be in; its tensors are those of this file.</param>
    /// <param name="golden">The case.</param>
    /// <param name="root">What the cases of the file share; null for what they do.</param>
    public static void Run(GoldenSuite suite, string file, JsonObject golden, JsonObject? root = null) =>
        suite.Run(file, (string?)golden["name"] ?? "made up", Element(golden), Element(root ?? Root(file)), "cpu");

    public static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);
}
