using System.Globalization;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>How the threads of libtorch's OpenMP wait, and what decided it.</summary>
/// <param name="Policy">What was asked for.</param>
/// <param name="Decision">What decided.</param>
/// <param name="Setting">What OpenMP finds in its environment, as a shell would write it; null for nothing.</param>
internal sealed record Waiting(WaitPolicy Policy, WaitDecision Decision, string? Setting = null)
{
    // Some hundred microseconds.
    private const long MostBriefSpins = 10_000;

    // Longer than the pauses inside of a model's pass, whose products follow each other within microseconds. Beside a busy process each wait that is
    // longer than what it waits for keeps a core from the thread that is waited for (measured: docs/performance.md).
    private static readonly TimeSpan BriefWatching = TimeSpan.FromMicroseconds(50);

    /// <summary>How long the threads of managed kernels stay awake.</summary>
    public TimeSpan ManagedWatching { get; } = Policy switch
    {
        WaitPolicy.Brief or WaitPolicy.Active or WaitPolicy.Host => BriefWatching,
        WaitPolicy.Passive => TimeSpan.Zero,
        _ => throw new InvalidOperationException($"There is no policy {Policy}."),
    };

    /// <summary>Whether OpenMP's threads soon sleep after an operator, so that those of managed kernels have the cores while it is their turn.</summary>
    public bool LeavesCores => Decision switch
    {
        WaitDecision.Applied => Policy is WaitPolicy.Brief or WaitPolicy.Passive,
        WaitDecision.HostVariable => IsBrief(Setting ?? ""),
        WaitDecision.HostPolicy or WaitDecision.TooLate or WaitDecision.NotOnThisSystem => false,
        _ => throw new InvalidOperationException($"There is no decision {Decision}."),
    };

    /// <summary>One sentence for a person who asks why.</summary>
    public override string ToString() => Decision switch
    {
        WaitDecision.Applied => $"{Policy}: {Setting} was set before libtorch was loaded",
        WaitDecision.HostVariable => $"the host's own {Setting} holds, not {Policy}",
        WaitDecision.HostPolicy => "Host: nothing was set",
        WaitDecision.TooLate => $"OpenMP's own waiting holds, not {Policy}: libtorch was there before TorchRuntime.Load was called",
        WaitDecision.NotOnThisSystem => $"libtorch's own waiting holds, not {Policy}: only on Linux can it be set",
        _ => throw new InvalidOperationException($"There is no decision {Decision}."),
    };

    /// <summary>Whether a host's variables let threads sleep soon; of the two the number of looks counts.</summary>
    private static bool IsBrief(string setting)
    {
        const string Spins = "GOMP_SPINCOUNT=";
        var parts = setting.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(parts, part => part.StartsWith(Spins, StringComparison.Ordinal)) is { } spins
            ? long.TryParse(spins.AsSpan(Spins.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var looks) && looks <= MostBriefSpins
            : parts.Contains("OMP_WAIT_POLICY=passive", StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>What decided how OpenMP's threads wait.</summary>
internal enum WaitDecision
{
    /// <summary>The policy, by a variable that the library set.</summary>
    Applied,

    /// <summary>A variable that the host has set.</summary>
    HostVariable,

    /// <summary><see cref="WaitPolicy.Host"/>, and no variable is set.</summary>
    HostPolicy,

    /// <summary>Nobody: OpenMP was loaded, and had read its variables, before the policy could be set.</summary>
    TooLate,

    /// <summary>Nobody: this system's libtorch has another OpenMP, or none.</summary>
    NotOnThisSystem,
}
