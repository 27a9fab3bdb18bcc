namespace ClipGpt2.Captioning.Tests.Runtime.Kernels;

public sealed class WorkerTeamProcessTests
{
    [Fact]
    public async Task A_process_ends_although_a_team_is_at_work()
    {
        var run = await HostProgram.Run(["end-amid-work"]);
        Assert.Equal((0, "ends\n", ""), (run.ExitCode, run.Output.ReplaceLineEndings("\n"), run.Error));
    }
}
