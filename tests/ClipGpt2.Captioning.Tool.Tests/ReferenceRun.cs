using System.Diagnostics;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>A copy of the reference program's own inference run, its pictures and checkpoints, in which its configuration's relative paths hold.</summary>
internal sealed class ReferenceRun : IDisposable
{
    public const string Config = "checkpoints/seed/inference_config.json";

    public ReferenceRun()
    {
        foreach (var folder in new[] { "models/tiny-clip", "models/tiny-gpt2", "checkpoints/mini-gpt2", "checkpoints/seed", "checkpoints/seed/images" })
        {
            Directory.CreateDirectory(File(folder));
            foreach (var file in Directory.EnumerateFiles(Golden.File(folder)))
            {
                System.IO.File.Copy(file, Path.Combine(File(folder), Path.GetFileName(file)));
            }
        }
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    /// <summary>The table that the run writes.</summary>
    public string Csv => File("checkpoints/seed/expected_captions.csv");

    public string File(string name) => Path.Combine(Root, name);

    public ProcessStartInfo Command(params string[] options)
    {
        var command = ClipGpt2Process.Command(["infer", Config, .. options]);
        command.WorkingDirectory = Root;
        return command;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
