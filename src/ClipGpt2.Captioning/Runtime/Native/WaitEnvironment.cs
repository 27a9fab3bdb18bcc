using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>
/// Tells libtorch's OpenMP how its threads shall wait. It knows only variables of C's environment, which it reads once, as it is loaded; what
/// <see cref="Environment"/> sets stays in .NET's copy.
/// </summary>
/// <remarks>The one place where the library reads and writes the environment. It is called inside of <see cref="TorchRuntime"/>'s lock.</remarks>
internal static partial class WaitEnvironment
{
    /// <summary>The standard's variable: <c>active</c> or <c>passive</c>.</summary>
    private const string PolicyVariable = "OMP_WAIT_POLICY";

    /// <summary>GCC's: how often a thread looks before it sleeps; 300,000 times if nobody says otherwise.</summary>
    private const string SpinsVariable = "GOMP_SPINCOUNT";

    // Measured (docs/performance.md): more cost speed beside busy programs, fewer on a quiet machine.
    private const string BriefSpins = "2000";

    private const string MappedFiles = "/proc/self/maps";

    // Who has them loaded has read the variables; the OpenMP that comes with libtorch has a hash in its name.
    private static readonly string[] Readers = ["/libtorch_cpu.so", "/libgomp-"];

    private static readonly string[] Variables = [PolicyVariable, SpinsVariable];

    // What an attempt to load libtorch that then failed has set.
    private static string? _own;

    /// <summary>Sets the variable that the policy needs, unless the host has set one.</summary>
    /// <exception cref="NativeBackendException">There is no such policy.</exception>
    public static Waiting Apply(WaitPolicy policy)
    {
        if (!Enum.IsDefined(policy))
        {
            throw new NativeBackendException($"TorchRuntimeOptions.WaitPolicy is {policy}; it can be {string.Join(", ", Enum.GetNames<WaitPolicy>())}.");
        }

        if (!OperatingSystem.IsLinux())
        {
            return new(policy, WaitDecision.NotOnThisSystem);
        }

        TakeBack();
        if (Settings(Get) is { } hosts)
        {
            return new(policy, WaitDecision.HostVariable, hosts);
        }

        if (policy == WaitPolicy.Host)
        {
            return new(policy, WaitDecision.HostPolicy);
        }

        return IsTooLate() ? new(policy, WaitDecision.TooLate) : HandOn(policy) ?? Set(policy);
    }

    /// <summary>What a host has set by <see cref="Environment.SetEnvironmentVariable(string, string?)"/> is its wish, although C never learnt of it.</summary>
    private static Waiting? HandOn(WaitPolicy policy)
    {
        if (Settings(Environment.GetEnvironmentVariable) is not { } hosts)
        {
            return null;
        }

        foreach (var name in Variables.Where(name => Environment.GetEnvironmentVariable(name) is not null))
        {
            Set(name, Environment.GetEnvironmentVariable(name)!);
        }

        return new(policy, WaitDecision.HostVariable, hosts);
    }

    private static Waiting Set(WaitPolicy policy)
    {
        var (name, value) = policy switch
        {
            WaitPolicy.Brief => (SpinsVariable, BriefSpins),
            WaitPolicy.Passive => (PolicyVariable, "passive"),
            WaitPolicy.Active => (PolicyVariable, "active"),
            _ => throw new InvalidOperationException($"{policy} sets nothing."),
        };
        Set(name, value);
        _own = name;
        return new(policy, WaitDecision.Applied, $"{name}={value}");
    }

    private static void TakeBack()
    {
        if (_own is { } name)
        {
            _ = UnsetVariable(name);
            _own = null;
        }
    }

    private static string? Settings(Func<string, string?> get)
    {
        string[] set = [.. Variables.Where(name => get(name) is not null).Select(name => $"{name}={get(name)}")];
        return set.Length == 0 ? null : string.Join(' ', set);
    }

    private static bool IsTooLate() =>
        File.Exists(MappedFiles) && File.ReadLines(MappedFiles).Any(line => Array.Exists(Readers, reader => line.Contains(reader, StringComparison.Ordinal)));

    private static string? Get(string name) => Marshal.PtrToStringUTF8(GetVariable(name));

    private static void Set(string name, string value)
    {
        if (SetVariable(name, value, overwrite: 0) != 0)
        {
            throw new NativeBackendException($"{name} could not be set (setenv: error {Marshal.GetLastPInvokeError()}). WaitPolicy.Host of TorchRuntimeOptions sets nothing.");
        }
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
