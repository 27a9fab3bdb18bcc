using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>What the program runs on.</summary>
/// <param name="OperatingSystem">Its name and version.</param>
/// <param name="Architecture">The process's.</param>
/// <param name="Dotnet">The runtime's version.</param>
/// <param name="Clipgpt2">This program's version.</param>
internal sealed record SystemFacts(string OperatingSystem, string Architecture, string Dotnet, string Clipgpt2)
{
    public static SystemFacts Read() => new(
        RuntimeInformation.OSDescription.Trim(),
        RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.Version.ToString(),
        typeof(SystemFacts).Assembly.GetName().Version!.ToString(3));
}
