using ClipGpt2.Captioning.Runtime.Native;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class LibtorchSystemsTests
{
    private const string AddPackage = "dotnet add package TorchSharp-cpu";
    private const string NoLibtorch = "There is no libtorch for this system";

    [Theory]
    [InlineData("linux-x64", true)]
    [InlineData("debian.12-x64", true)]
    [InlineData("ubuntu.24.04-x64", true)]
    [InlineData("rhel.9-x64", true)]
    [InlineData("win-x64", false)]
    [InlineData("win10-x64", false)]
    [InlineData("osx-arm64", false)]
    [InlineData("osx.15-arm64", false)]
    public void Where_there_is_a_libtorch_its_package_is_missing(string runtimeIdentifier, bool isLinux)
    {
        var remedy = LibtorchSystems.RemedyFor(runtimeIdentifier, isLinux);
        Assert.Contains(AddPackage, remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(NoLibtorch, remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux-arm64", true, "linux/amd64")]
    [InlineData("debian.12-arm64", true, "linux/amd64")]
    [InlineData("linux-musl-x64", true, "glibc, such as Debian's")]
    [InlineData("alpine.3.22-x64", true, "glibc, such as Debian's")]
    [InlineData("linux-musl-arm64", true, "linux/amd64")]
    [InlineData("linux-arm", true, "linux/amd64")]
    [InlineData("linux-riscv64", true, "linux/amd64")]
    [InlineData("win-arm64", false, "win-x64")]
    [InlineData("win-x86", false, "win-x64")]
    [InlineData("osx-x64", false, "osx-arm64")]
    [InlineData("freebsd-x64", false, "linux-x64")]
    [InlineData("linux-bionic-x64", false, "linux-x64")]
    [InlineData("maccatalyst-arm64", false, "osx-arm64")]
    public void Where_there_is_none_no_package_is_asked_for(string runtimeIdentifier, bool isLinux, string elsewhere)
    {
        var remedy = LibtorchSystems.RemedyFor(runtimeIdentifier, isLinux);
        Assert.StartsWith($"{NoLibtorch} ({runtimeIdentifier})", remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(AddPackage, remedy, StringComparison.Ordinal);
        Assert.Contains(elsewhere, remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_does_not_say_is_told_both()
    {
        var remedy = LibtorchSystems.RemedyFor("unknown", isLinux: true);
        Assert.Contains(AddPackage, remedy, StringComparison.Ordinal);
        Assert.Contains("linux-x64", remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void This_system_has_one() => Assert.Contains(AddPackage, LibtorchSystems.Remedy, StringComparison.Ordinal);
}
