namespace ClipGpt2.Captioning.Tool;

/// <summary>What the process returns to the shell.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Something could not be done: a message says what.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl-C, as shells count it.</summary>
    public const int Cancelled = 130;
}
