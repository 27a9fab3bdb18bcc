using System.Diagnostics;
using ClipGpt2.Captioning.Tests.Weights.Hub;

namespace ClipGpt2.Captioning.Tool.Tests.Fetching;

/// <summary><c>clipgpt2 fetch</c> without what the environment of whoever runs the tests says of hubs, tokens and proxies.</summary>
internal static class FetchProcess
{
    private static readonly string[] Strange = ["HF_", "HUGGING", "TRANSFORMERS_", "XDG_CACHE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

    /// <summary>A fetch of the fake hub's model into the folder's cache.</summary>
    public static ProcessStartInfo Model(FetchFolder folder, params string[] further) =>
        Command(["fetch", FakeHub.Id, "--endpoint", $"{folder.Hub.Address}", "--cache", folder.Cache, .. further]);

    public static ProcessStartInfo Command(params string[] arguments)
    {
        var start = ClipGpt2Process.Command(arguments);
        foreach (var name in start.Environment.Keys.Where(name => Strange.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList())
        {
            start.Environment.Remove(name);
        }

        // Nor is there a token's file there.
        start.Environment["HF_HOME"] = Path.Combine(AppContext.BaseDirectory, "no-such-folder");
        return start;
    }

    public static ProcessStartInfo With(this ProcessStartInfo start, string variable, string value)
    {
        start.Environment[variable] = value;
        return start;
    }
}
