using ClipGpt2.Captioning.Fuzzing;
using ClipGpt2.Captioning.Tests.Weights;

namespace ClipGpt2.Captioning.Tests.Fuzzing;

/// <summary>Files that are changed at random are read or refused, and nothing else. The program ClipGpt2.Captioning.Fuzzing runs as many as wanted.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int Runs = 500;
    private const int Seed = 6;

    private static readonly string Golden = Path.Combine(SampleCaptioner.Repository, "tests", "golden");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Readers => [.. new CheckpointReaders(Golden, "").All().Select(reader => reader.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Readers))]
    public void Changed_files_are_read_or_refused(string name)
    {
        var reader = new CheckpointReaders(Golden, _folder.Path).All().Single(reader => reader.Name == name);
        var run = new FuzzRun(reader, Seed, FuzzLimits.Default, Directory.CreateDirectory(_folder.File("changed")).FullName);
        run.Run(0, Runs);
        Assert.Equal([], run.Tally.Findings);
        Assert.Equal(Runs, run.Tally.Runs);
        Assert.Equal(Runs, run.Tally.Loaded + run.Tally.Refused);
        Assert.InRange(run.Tally.Loaded, 1, Runs - 1);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File("changed")));
    }

    [Theory]
    [InlineData("throws", "InvalidOperationException")]
    [InlineData("allocates", "it allocates")]
    [InlineData("hangs", "it hangs")]
    [InlineData("talks", "its message has")]
    public void What_must_not_happen_is_found_with_its_case(string fault, string said)
    {
        var limits = new FuzzLimits(TimeSpan.FromMilliseconds(200), 1 << 20);
        var reader = new FuzzReader("faulty", () => [new FuzzSeed("a.bin", [1, 2, 3])], _ => Fail(fault));
        var run = new FuzzRun(reader, Seed, limits, _folder.Path);
        run.Run(7, 1);
        var finding = Assert.Single(run.Tally.Findings);
        Assert.StartsWith($"faulty --seed {Seed} --case 7 (a.bin): ", finding, StringComparison.Ordinal);
        Assert.Contains(said, finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_is_the_same_whenever_and_after_whatever_it_runs()
    {
        var reader = new CheckpointReaders(Golden, _folder.Path).All()[0];
        var (first, second) = (new FuzzRun(reader, Seed, FuzzLimits.Default, _folder.Path), new FuzzRun(reader, Seed, FuzzLimits.Default, _folder.Path));
        first.Run(0, 5);
        Assert.Equal(first.Make(123).Bytes, second.Make(123).Bytes);
        Assert.NotEqual(first.Make(123).Bytes, first.Make(124).Bytes);
        Assert.NotEqual(first.Make(123).Bytes, new FuzzRun(reader, Seed + 1, FuzzLimits.Default, _folder.Path).Make(123).Bytes);
    }

    [Fact]
    public void Changes_of_every_kind_are_made()
    {
        byte[] file = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        var mutator = new Mutator(new Random(Seed));
        var changed = Enumerable.Range(0, 300).Select(_ => mutator.Mutate(file, [0xee])).ToList();
        Assert.Contains(changed, bytes => bytes.Length < file.Length);
        Assert.Contains(changed, bytes => bytes.Length > file.Length);
        Assert.Contains(changed, bytes => bytes.Length == file.Length && bytes.Zip(file).Count(pair => pair.First != pair.Second) == 1);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), file);
        Assert.NotEmpty(mutator.Mutate([], []));
    }

    private static void Fail(string fault)
    {
        switch (fault)
        {
            case "throws":
                throw new InvalidOperationException();
            case "allocates":
                GC.KeepAlive(new byte[2 << 20]);
                break;
            case "hangs":
                Thread.Sleep(TimeSpan.FromSeconds(1));
                break;
            default:
                throw new CaptioningException(new string('x', 200_000));
        }
    }
}
