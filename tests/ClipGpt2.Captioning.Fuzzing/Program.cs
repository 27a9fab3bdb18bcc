using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using ClipGpt2.Captioning.Fuzzing;
using ClipGpt2.Captioning.Runtime;

FuzzOptions options;
try
{
    options = FuzzOptions.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

TorchRuntime.Configure(threads: 1);
var golden = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "GoldenRoot").Value!;
var folder = Directory.CreateTempSubdirectory("clipgpt2-fuzzing-").FullName;
var readers = new CheckpointReaders(golden, folder).All().Where(reader => options.Reader is null || reader.Name == options.Reader).ToList();
if (readers.Count == 0)
{
    Console.Error.WriteLine($"There is no reader '{options.Reader}'. Usage: {FuzzOptions.Usage}");
    return 2;
}

// The file of a case that ends the process stays there, and its name tells which case it is.
Console.WriteLine($"Seed {options.Seed}; changed files are written into {folder}\n");
Console.WriteLine("| reader | files | runs | loaded | refused | findings | slowest, ms | most memory, MB | time, s |\n|---|---|---|---|---|---|---|---|---|");
var findings = new List<string>();
foreach (var reader in readers)
{
    var clock = Stopwatch.StartNew();
    var run = new FuzzRun(reader, options.Seed, FuzzLimits.Default, folder);
    if (options.Case is { } number)
    {
        var (seed, bytes) = run.Make(number);
        Console.WriteLine(seed.Write(bytes, Path.Combine(folder, "kept-case")));
    }

    run.Run(options.Case ?? 0, options.Case is null ? options.Runs : 1);
    var tally = run.Tally;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {tally.Reader} | {reader.Seeds.Count} | {tally.Runs} | {tally.Loaded} | {tally.Refused} | {tally.Findings.Count} | {tally.Slowest.TotalMilliseconds:F0} | {tally.MostBytes / 1e6:F1} | {clock.Elapsed.TotalSeconds:F0} |"));
    findings.AddRange(tally.Findings);
}

findings.ForEach(finding => Console.WriteLine($"\n{finding}"));
if (findings.Count == 0 && options.Case is null)
{
    Directory.Delete(folder, recursive: true);
}

return findings.Count == 0 ? 0 : 1;
