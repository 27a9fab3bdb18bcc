using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Native;
using ClipGpt2.Captioning.Tests.Weights;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>libtorch's OpenMP reads its variables once a process, so that each case is a process of its own.</summary>
public sealed partial class WaitPolicyTests
{
    // OpenMP prints all that it works with as it is loaded: the only witness of what is in force.
    private static readonly (string, string) Witness = ("OMP_DISPLAY_ENV", "VERBOSE");

    [Theory]
    [InlineData("load", "2000", "Brief", "GOMP_SPINCOUNT=2000")]
    [InlineData("load:Brief", "2000", "Brief", "GOMP_SPINCOUNT=2000")]
    [InlineData("load:Passive", "0", "Passive", "OMP_WAIT_POLICY=passive")]
    [InlineData("load:Active", "30000000000", "Active", "OMP_WAIT_POLICY=active")]
    public async Task A_policy_is_in_force_when_OpenMP_is_loaded(string load, string spins, string policy, string setting)
    {
        RequireLinux();
        var run = await Run([load, "compute"]);
        Assert.Equal(spins, run.Spins);
        Assert.Equal((policy, "Applied", setting), run.Waiting);
        Assert.StartsWith($"{policy}: {setting} was set", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hosts_policy_sets_nothing()
    {
        RequireLinux();
        var run = await Run(["set:GOMP_SPINCOUNT=77", "load:Host"]);
        Assert.Equal("300000", run.Spins);
        Assert.Equal(("Host", "HostPolicy", null), run.Waiting);
        Assert.Equal((null, null), run.Variables);
    }

    [Theory]
    [InlineData("OMP_WAIT_POLICY", "active", "30000000000")]
    [InlineData("OMP_WAIT_POLICY", "passive", "0")]
    [InlineData("GOMP_SPINCOUNT", "123", "123")]
    public async Task A_variable_of_the_host_stays_and_holds(string name, string value, string spins)
    {
        RequireLinux();
        foreach (var policy in Enum.GetValues<WaitPolicy>())
        {
            var run = await Run([$"load:{policy}"], (name, value));
            Assert.Equal(spins, run.Spins);
            Assert.Equal((policy.ToString(), "HostVariable", $"{name}={value}"), run.Waiting);
            Assert.Equal(name == "GOMP_SPINCOUNT" ? (null, value) : (value, null), run.Variables);
        }
    }

    [Fact]
    public async Task Both_variables_of_the_host_are_named()
    {
        RequireLinux();
        var run = await Run(["load"], ("OMP_WAIT_POLICY", "passive"), ("GOMP_SPINCOUNT", "5"));
        Assert.Equal("5", run.Spins);
        Assert.Equal(("Brief", "HostVariable", "OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=5"), run.Waiting);
    }

    /// <summary>.NET's environment is a copy: what a host sets there would never reach OpenMP.</summary>
    [Theory]
    [InlineData("read-environment", "set:GOMP_SPINCOUNT=77")]
    [InlineData("set:GOMP_SPINCOUNT=77", "read-environment")]
    public async Task What_a_host_sets_in_NETs_environment_is_handed_on(params string[] before)
    {
        RequireLinux();
        var run = await Run([.. before, "load:Active"]);
        Assert.Equal("77", run.Spins);
        Assert.Equal(("Active", "HostVariable", "GOMP_SPINCOUNT=77"), run.Waiting);
    }

    [Fact]
    public async Task A_policy_is_set_also_where_NET_has_taken_its_copy_of_the_environment()
    {
        RequireLinux();
        Assert.Equal("0", (await Run(["read-environment", "load:Passive"])).Spins);
    }

    [Fact]
    public async Task An_OpenMP_that_is_there_already_is_too_late()
    {
        RequireLinux();
        var run = await Run([$"load-library:{OpenMpOfLibtorch()}", "load:Passive", "compute"]);
        Assert.Equal("300000", run.Spins);
        Assert.Equal(("Passive", "TooLate", null), run.Waiting);
        Assert.Equal((null, null), run.Variables);
    }

    [Fact]
    public async Task Another_policy_later_is_refused_and_the_same_is_not()
    {
        RequireLinux();
        var run = await Run(["load:Passive", "load", "load:Passive", "load:Active", "compute"]);
        var failure = Assert.Single(run.Failures);
        Assert.Contains("TorchRuntimeOptions.WaitPolicy is Active, and libtorch was loaded with Passive", failure, StringComparison.Ordinal);
        Assert.Equal(("Passive", "Applied", "OMP_WAIT_POLICY=passive"), run.Waiting);
    }

    [Fact]
    public async Task A_load_that_failed_leaves_the_next_one_its_choice()
    {
        RequireLinux();
        using var folder = new TemporaryFolder();
        folder.Write("libtorch_cpu.so", "no library");
        var run = await Run([$"load-from:{folder.Path}", "load:Brief", "compute"]);
        Assert.Contains(folder.Path, Assert.Single(run.Failures), StringComparison.Ordinal);
        Assert.Equal("2000", run.Spins);
        Assert.Equal((null, "2000"), run.Variables);
    }

    [Fact]
    public void A_policy_that_does_not_exist_is_refused() =>
        Assert.Contains("it can be Brief, Passive, Active, Host", Assert.Throws<NativeBackendException>(() => WaitEnvironment.Apply((WaitPolicy)9)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Brief")]
    [InlineData("Passive")]
    public async Task Idle_threads_of_OpenMP_and_of_the_kernels_sleep(string policy)
    {
        var run = await HostProgram.Run(["idle", policy]);
        Assert.Equal(0, run.ExitCode);
        Assert.InRange(int.Parse(run.Output, CultureInfo.InvariantCulture), 0, 100);
    }

    /// <summary>The opposite of the last, which shows that it would notice threads that stay awake.</summary>
    [Fact]
    public async Task Idle_threads_stay_awake_if_they_shall()
    {
        var run = await HostProgram.Run(["idle", "Active"]);
        Assert.InRange(int.Parse(run.Output, CultureInfo.InvariantCulture), 101, int.MaxValue);
    }

    [Theory]
    [InlineData("Brief", "Applied", "GOMP_SPINCOUNT=2000", true)]
    [InlineData("Passive", "Applied", "OMP_WAIT_POLICY=passive", true)]
    [InlineData("Active", "Applied", "OMP_WAIT_POLICY=active", false)]
    [InlineData("Brief", "HostVariable", "OMP_WAIT_POLICY=PASSIVE", true)]
    [InlineData("Brief", "HostVariable", "OMP_WAIT_POLICY=active", false)]
    [InlineData("Brief", "HostVariable", "OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=300000", false)]
    [InlineData("Brief", "HostVariable", "OMP_WAIT_POLICY=active GOMP_SPINCOUNT=0", true)]
    [InlineData("Brief", "HostVariable", "GOMP_SPINCOUNT=infinite", false)]
    [InlineData("Host", "HostPolicy", null, false)]
    [InlineData("Brief", "TooLate", null, false)]
    [InlineData("Brief", "NotOnThisSystem", null, false)]
    public void Managed_code_has_the_cores_in_its_turn_where_OpenMPs_threads_soon_sleep(string policy, string decision, string? setting, bool expected) =>
        Assert.Equal(expected, new Waiting(Enum.Parse<WaitPolicy>(policy), Enum.Parse<WaitDecision>(decision), setting).LeavesCores);

    private static void RequireLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "libtorch has GCC's OpenMP on Linux only.");

    private static string OpenMpOfLibtorch() =>
        Directory.EnumerateFiles(Path.GetDirectoryName(NativeFolders.Find("libtorch_cpu.so")!)!, "libgomp-*").Single();

    private static async Task<WaitRun> Run(string[] steps, params (string Name, string Value)[] environment)
    {
        var run = await HostProgram.Run(["wait", .. steps], [Witness, .. environment]);
        Assert.True(run.ExitCode == 0, run.Error);
        return new(JsonDocument.Parse(run.Output).RootElement, Spins().Match(run.Error).Groups[1].Value);
    }

    [GeneratedRegex("GOMP_SPINCOUNT = '([0-9]+)'")]
    private static partial Regex Spins();

    private sealed record WaitRun(JsonElement Printed, string Spins)
    {
        public (string?, string?, string?) Waiting => (Value("Policy"), Value("Decision"), Value("Setting"));

        public (string?, string?) Variables => (Value("OmpWaitPolicy"), Value("GompSpinCount"));

        public string? Text => Value("Text");

        public IReadOnlyList<string?> Failures => [.. Printed.GetProperty(nameof(Failures)).EnumerateArray().Select(f => f.GetString())];

        private string? Value(string name) => Printed.GetProperty(name).GetString();
    }
}
