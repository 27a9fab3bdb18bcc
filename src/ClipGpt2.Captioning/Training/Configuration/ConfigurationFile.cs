using System.Text.Json;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Reads a configuration's JSON, with errors that say where in the file they are.</summary>
internal static class ConfigurationFile
{
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for messages, such as <c>a training configuration</c>.</param>
    /// <exception cref="CaptioningException">The file can't be read.</exception>
    public static byte[] Read(string path, string what) => TextFile.Bytes(path, what);

    /// <exception cref="ConfigurationException">It isn't JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string source) => JsonInput.Parse(bytes, source, (message, cause) => new ConfigurationException(message, cause));
}
