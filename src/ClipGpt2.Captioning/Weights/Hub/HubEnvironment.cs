using System.Globalization;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>The environment variables that Hugging Face's programs heed.</summary>
/// <param name="variable">The value of a variable, null if it isn't set.</param>
internal sealed partial class HubEnvironment(Func<string, string?> variable)
{
    /// <summary>The folder of Hugging Face's programs; null where the user has no home and no variable names one.</summary>
    private string? Home => Folder("HF_HOME") ?? Below(Folder("XDG_CACHE_HOME") ?? Below(UserHome.Find(), ".cache"), "huggingface");

    /// <exception cref="CaptioningException">A value can't be used, or the token's file can't be read.</exception>
    public HubOptions Read()
    {
        var options = new HubOptions
        {
            Token = ReadToken(),
            Offline = IsTrue("HF_HUB_OFFLINE") || IsTrue("TRANSFORMERS_OFFLINE"),
            SymbolicLinks = !IsTrue("HF_HUB_DISABLE_SYMLINKS"),
        };
        if ((Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Below(Home, "hub")) is { } cache)
        {
            options.CacheFolder = cache;
        }

        if (Text("HF_ENDPOINT") is { } endpoint)
        {
            options.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
                ? address
                : throw new CaptioningException($"The environment variable HF_ENDPOINT is '{endpoint}'; it must be an address such as 'https://huggingface.co'.");
        }

        if (Text("HF_HUB_DOWNLOAD_TIMEOUT") is { } timeout)
        {
            options.Timeout = int.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600
                ? TimeSpan.FromSeconds(seconds)
                : throw new CaptioningException($"The environment variable HF_HUB_DOWNLOAD_TIMEOUT is '{timeout}'; it must be a number of seconds from 1 to 3600.");
        }

        return options;
    }

    private string? ReadToken()
    {
        if (IsTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN"))
        {
            return null;
        }

        if ((Text("HF_TOKEN") ?? Text("HUGGING_FACE_HUB_TOKEN")) is { } token)
        {
            return token;
        }

        var file = Folder("HF_TOKEN_PATH") ?? Below(Home, "token");
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } stored ? stored : null;
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw new CaptioningException($"The access token in '{file}' can't be read: {e.Message}", e);
        }
    }

    private static string? Below(string? folder, string name) => folder is null ? null : Path.Combine(folder, name);

    private string? Text(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private bool IsTrue(string name) => Text(name)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    /// <summary>A folder or file, in which <c>~</c> and variables are replaced as Python does it.</summary>
    private string? Folder(string name)
    {
        if (Text(name) is not { } path)
        {
            return null;
        }

        path = path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(UserHome.Find() ?? "/", path[1..].TrimStart('/')) : path;
        return Reference().Replace(path, match => variable(match.Groups["name"].Value) ?? match.Value);
    }

    [GeneratedRegex(@"\$(\{(?<name>\w+)\}|(?<name>\w+))", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
