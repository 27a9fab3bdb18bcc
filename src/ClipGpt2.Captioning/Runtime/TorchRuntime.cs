using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Native;
using TorchSharp;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>Finds and loads libtorch, and sets the two things that libtorch has only once a process.</summary>
/// <remarks>
/// Every entry point of this library calls <see cref="Load"/> itself; a program that uses TorchSharp before it calls it first.
/// All members are safe from any number of threads.
/// </remarks>
public static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static TorchRuntimeOptions? _options;
    private static Waiting? _waiting;
    private static LoadedLibtorch? _libtorch;

    /// <summary>The way that products must be computed by.</summary>
    internal static KernelPath Kernels => Volatile.Read(ref _options)?.Kernels ?? KernelPath.Auto;

    /// <summary>How libtorch's threads wait, and what decided it; null before <see cref="Load"/>.</summary>
    internal static Waiting? Waiting => Volatile.Read(ref _waiting);

    /// <summary>How libtorch was loaded; null before <see cref="Load"/>.</summary>
    internal static LoadedLibtorch? Libtorch => Volatile.Read(ref _libtorch);

    /// <summary>Loads libtorch, once; further calls do nothing.</summary>
    /// <remarks>
    /// TorchSharp's native library asks for a symbol version of GCC 13's C++ library, although it has no use for it. On Linux systems with an
    /// older one (Debian 12, Ubuntu 22.04) the loader would refuse it; there a copy in memory, in which that one requirement is weak, is loaded
    /// instead. Nothing on disk is changed, and on other systems TorchSharp's own loading is all there is.
    /// </remarks>
    /// <param name="options">Where to look, and how to compute; null leaves what was loaded as it is.</param>
    /// <exception cref="NativeBackendException">No backend package is referenced, or libtorch doesn't fit this system. The message says what to do. Or it was loaded with another <see cref="TorchRuntimeOptions.Kernels"/> or <see cref="TorchRuntimeOptions.WaitPolicy"/>.</exception>
    public static void Load(TorchRuntimeOptions? options = null)
    {
        if (Volatile.Read(ref _options) is null)
        {
            lock (Gate)
            {
                if (_options is null)
                {
                    var first = options ?? new TorchRuntimeOptions();
                    if (first.LibtorchFolder is { } folder)
                    {
                        OwnLibtorch.Check(folder);
                    }

                    LoadNative(first);
                    Volatile.Write(ref _options, first);
                }
            }
        }

        if (options is not null)
        {
            CheckSame(_options!, options);
        }
    }

    /// <summary>Sets how many threads libtorch's operators use, for the whole process.</summary>
    /// <param name="threads">Threads inside one operator, or null to leave it.</param>
    /// <param name="interopThreads">Threads between operators, or null to leave it; libtorch accepts it only before its first parallel work.</param>
    /// <exception cref="CaptioningException">A count is below 1, or libtorch no longer accepts it.</exception>
    public static void Configure(int? threads = null, int? interopThreads = null)
    {
        Load();
        if (threads < 1 || interopThreads < 1)
        {
            throw new CaptioningException($"libtorch needs at least one thread (threads: {threads}, interopThreads: {interopThreads}).");
        }

        try
        {
            if (threads is { } intra)
            {
                torch.set_num_threads(intra);
            }

            if (interopThreads is { } inter)
            {
                torch.set_num_interop_threads(inter);
            }
        }
        catch (ExternalException e)
        {
            throw new CaptioningException("libtorch takes the number of threads only before it has done parallel work: call TorchRuntime.Configure first thing. " + e.Message, e);
        }
    }

    /// <summary>Loads a host's own libtorch, whose version nobody has judged, in the process that is there to try it.</summary>
    internal static void LoadTried(string folder)
    {
        lock (Gate)
        {
            var options = new TorchRuntimeOptions { LibtorchFolder = folder };
            LoadNative(options);
            Volatile.Write(ref _options, options);
        }
    }

    private static void CheckSame(TorchRuntimeOptions loaded, TorchRuntimeOptions wanted)
    {
        if (wanted.Kernels != loaded.Kernels)
        {
            throw Changed(nameof(wanted.Kernels), loaded.Kernels, wanted.Kernels);
        }

        if (wanted.WaitPolicy != loaded.WaitPolicy)
        {
            throw Changed(nameof(wanted.WaitPolicy), loaded.WaitPolicy, wanted.WaitPolicy);
        }
    }

    private static NativeBackendException Changed(string option, Enum loaded, Enum wanted) =>
        new($"TorchRuntimeOptions.{option} is {wanted}, and libtorch was loaded with {loaded} before: call TorchRuntime.Load with the options first thing, once a process.");

    private static void LoadNative(TorchRuntimeOptions options)
    {
        if (!Enum.IsDefined(options.Kernels))
        {
            throw new NativeBackendException($"TorchRuntimeOptions.Kernels is {options.Kernels}; it can be {string.Join(", ", Enum.GetNames<KernelPath>())}.");
        }

        // On every system and in every way, before anything loads libtorch's OpenMP.
        Volatile.Write(ref _waiting, WaitEnvironment.Apply(options.WaitPolicy));
        try
        {
            var libtorch = OperatingSystem.IsLinux() ? LinuxLoader.Load(options.LibtorchFolder) : OwnFolderLoader.Load(options.LibtorchFolder);
            if (!torch.TryInitializeDeviceType(DeviceType.CPU))
            {
                throw new NativeBackendException("TorchSharp loaded libtorch but could not start its CPU backend.");
            }

            if (options.LibtorchFolder is { } folder)
            {
                OwnLibtorch.CheckAlone(folder);
            }

            Volatile.Write(ref _libtorch, libtorch);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException or NotSupportedException or EntryPointNotFoundException)
        {
            throw new NativeBackendException($"libtorch could not be loaded. {LibtorchSystems.Remedy} The loader said: {e.GetBaseException().Message}", e);
        }
    }
}
