namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>How libtorch came into the process.</summary>
/// <param name="OwnFolder">The host's folder that it was loaded from; null for a package of the application.</param>
/// <param name="IsCopied">Whether TorchSharp's library is a copy in memory, since the system's C++ library is older than the one it asks for.</param>
internal sealed record LoadedLibtorch(string? OwnFolder, bool IsCopied)
{
    /// <summary>One phrase for a person who asks how.</summary>
    public override string ToString()
    {
        var place = OwnFolder is null ? "the application's package" : $"the host's own folder '{OwnFolder}'";
        return IsCopied ? $"{place}, with a copy of TorchSharp's library in memory, since this system's C++ library is older than GCC 13's"
            : OwnFolder is null ? $"{place}, by TorchSharp's own loading"
            : place;
    }
}
