using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Where models are fetched from, where they are put, and how patiently.</summary>
public sealed class HubOptions
{
    /// <summary>The root of Hugging Face's cache on disk: the folder that holds <c>models--...</c>. It is made if it isn't there.</summary>
    /// <value>The default is <c>~/.cache/huggingface/hub</c>.</value>
    /// <exception cref="CaptioningException">It wasn't set, and the user has no home folder.</exception>
    [Required]
    public string CacheFolder
    {
        get => NamedCacheFolder ?? UserHome.Cache;
        set => NamedCacheFolder = value;
    }

    /// <summary>The cache that was set; null for the user's own, which is looked for when it is needed.</summary>
    internal string? NamedCacheFolder { get; private set; }

    /// <summary>The base address of the hub, or of a mirror of it. It gets the token.</summary>
    /// <value>The default is <c>https://huggingface.co</c>.</value>
    [Required]
    public Uri Endpoint { get; set; } = new("https://huggingface.co");

    /// <summary>The access token, for gated and private models; null for none. It is sent to <see cref="Endpoint"/> alone, never on to where that redirects.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? Token { get; set; }

    /// <summary>Whether nothing may be sent: what isn't in the cache is an error.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Offline { get; set; }

    /// <summary>Whether a snapshot's files are symbolic links to the blobs where the system can make them, as Hugging Face does it; otherwise they are the files themselves.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool SymbolicLinks { get; set; } = true;

    /// <summary>The longest wait for a connection, for an answer, or for the next bytes of one.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many times in a row something is tried again that broke off, or that the server was too busy for, without a byte gained.</summary>
    /// <value>The default is 5.</value>
    [Range(0, 1000)]
    public int Retries { get; set; } = 5;

    /// <summary>The wait before the first of these tries; each further one waits twice as long.</summary>
    /// <value>The default is 1 second.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before a try. A server that asks for a longer one is an error that says so.</summary>
    /// <value>The default is 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The options that the environment of the process asks for, as it does of Hugging Face's own programs.</summary>
    /// <returns>New options; the defaults where the environment says nothing.</returns>
    /// <remarks>
    /// <c>HF_HUB_CACHE</c> (else <c>HF_HOME</c>/hub, else <c>XDG_CACHE_HOME</c>/huggingface/hub) is the cache; <c>HF_ENDPOINT</c> the base address;
    /// <c>HF_TOKEN</c>, else the file <c>HF_TOKEN_PATH</c> or <c>HF_HOME</c>/token, the token, but for <c>HF_HUB_DISABLE_IMPLICIT_TOKEN</c>;
    /// <c>HF_HUB_OFFLINE</c> or <c>TRANSFORMERS_OFFLINE</c> makes it <see cref="Offline"/>; <c>HF_HUB_DISABLE_SYMLINKS</c> unsets <see cref="SymbolicLinks"/>;
    /// <c>HF_HUB_DOWNLOAD_TIMEOUT</c> is the <see cref="Timeout"/> in seconds. This is the only place where the library reads them, and only when a host calls it.
    /// Follows huggingface_hub's <c>constants.py</c> and <c>_auth.py</c>.
    /// </remarks>
    /// <exception cref="CaptioningException">A variable's value can't be used, or the token's file can't be read.</exception>
    public static HubOptions FromEnvironment() => new HubEnvironment(Environment.GetEnvironmentVariable).Read();

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="CaptioningException">A value is wrong.</exception>
    internal void Validate()
    {
        var result = new HubOptionsValidator().Validate(null, this);
        if (result.Failed)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, result.Failures));
        }
    }
}
