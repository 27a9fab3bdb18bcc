namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary><c>--device</c> and <c>--libtorch</c>, which every command has that loads a model; they are judged before anything else is read.</summary>
public sealed class ComputeChoiceTests
{
    public static TheoryData<string> Commands =>
    [
        "caption x.jpg --model y", "infer x.json", "train x.json", "embed --encoder x --captions y --out z", "evaluate --references x --candidates y",
        "compare x y --references z", "doctor",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_folder_without_libtorch_is_refused(string command)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "no-such-libtorch");
        var run = await ClipGpt2Process.Run([.. command.Split(' '), "--libtorch", folder]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"'{folder}' (TorchRuntimeOptions.LibtorchFolder) has no ", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_device_that_cannot_be_is_refused(string command)
    {
        var run = await ClipGpt2Process.Run([.. command.Split(' '), "--device", "tpu"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Device is 'tpu': it must be 'cpu', 'cuda' or 'cuda:n'.", run.Output + run.Error, StringComparison.Ordinal);
    }

    /// <summary>The program's own libtorch is the CPU's, whatever the machine has.</summary>
    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_missing_GPU_is_told_in_the_words_of_the_options(string command)
    {
        var run = await ClipGpt2Process.Run([.. command.Split(' '), "--device", "cuda:0"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--device is 'cuda:0', but no GPU can be used: ", run.Output + run.Error, StringComparison.Ordinal);
        Assert.Contains("--libtorch FOLDER", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("TorchSharp-", run.Output + run.Error, StringComparison.Ordinal);
    }
}
