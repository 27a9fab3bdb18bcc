using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>What the libtorch in this process says of itself; it must be loaded.</summary>
/// <remarks>
/// TorchSharp has no method for it, and libtorch's functions return C++ strings. They are called where their layout and the way in which they are
/// returned are known: libstdc++'s on 64-bit Linux for x86. Elsewhere the answers are null.
/// </remarks>
internal static partial class LibtorchBuild
{
    /// <summary>The version that TorchSharp was built against, and that its backend packages carry.</summary>
    public const string BuiltForVersion = "2.10.0";

    /// <summary>The file that holds the CPU's operators, or null if it isn't loaded as a file of its own.</summary>
    public static string? File
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.Modules.Cast<ProcessModule>().FirstOrDefault(module => module.ModuleName == FileName)?.FileName;
        }
    }

    /// <summary>The version, such as <c>2.10.0</c>.</summary>
    public static string? Version => Ask("_ZN2at11show_configB5cxx11Ev") is { } settings && VersionSetting().Match(settings) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The instruction set that its operators were chosen for: <c>DEFAULT</c>, <c>AVX2</c>, <c>AVX512</c>.</summary>
    public static string? CpuCapability => Ask("_ZN2at18get_cpu_capabilityB5cxx11Ev");

    /// <summary>The version of the oneDNN inside.</summary>
    public static string? OneDnnVersion => Ask("_ZN2at18get_mkldnn_versionB5cxx11Ev") is { } text && OneDnnNumber().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The name of the library that holds the CPU's operators.</summary>
    public static string FileName => OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";

    /// <summary>Calls a function without arguments that returns a string.</summary>
    private static unsafe string? Ask(string function)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || File is not { } file)
        {
            return null;
        }

        // The library is there already: this only finds it.
        var library = NativeLibrary.Load(file);
        if (!NativeLibrary.TryGetExport(library, function, out var address) || !NativeLibrary.TryGetExport(library, "_ZdlPv", out var delete))
        {
            return null;
        }

        CxxString text;
        ((delegate* unmanaged<CxxString*, CxxString*>)address)(&text);
        var result = Encoding.UTF8.GetString(text.First, (int)text.Length);
        if (text.First != text.Short)
        {
            ((delegate* unmanaged<void*, void>)delete)(text.First);
        }

        return result;
    }

    [GeneratedRegex(@"TORCH_VERSION=([0-9]+\.[0-9]+\.[0-9]+)")]
    private static partial Regex VersionSetting();

    [GeneratedRegex(@"v([0-9]+\.[0-9]+\.[0-9]+)")]
    private static partial Regex OneDnnNumber();

    /// <summary>libstdc++'s <c>std::string</c>: short texts lie in it, others in memory that it owns.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct CxxString
    {
        public byte* First;
        public nuint Length;
        public fixed byte Short[16];
    }
}
