using ClipGpt2.Captioning.Runtime.Native;

/// <summary>What .NET calls before <c>Main</c> in the process that <see cref="LibtorchTrial"/> starts; it looks for this very name, in no namespace.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetCommandLineArgs() is [.., LibtorchTrial.Argument, var folder])
        {
            Environment.Exit(LibtorchTrialRun.Run(folder));
        }
    }
}
