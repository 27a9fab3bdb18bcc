using System.Collections.Concurrent;
using System.Text.Json;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>The cases of one or more golden files of one form, and how one of them is checked.</summary>
public abstract class GoldenSuite
{
    private static readonly ConcurrentDictionary<string, JsonDocument> Documents = new();

    /// <summary>The JSON files, relative to the golden root. Those that aren't there are an error.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>The parts of a case in which every leaf must be read, where a case has them.</summary>
    protected virtual IReadOnlyList<string> TrackedParts => ["expected", "options"];

    /// <summary>All members that a case may have, where some of them are options; null where its options stand in a part of their own.</summary>
    protected virtual IReadOnlyList<string>? CaseMembers => null;

    /// <summary>Whether the cases run a model, and so on every device.</summary>
    public virtual bool UsesDevice => false;

    /// <summary>Compares what the library gives with what the case expects, and throws where they differ.</summary>
    public abstract void Check(GoldenCase golden);

    /// <summary>The cases of a file by name.</summary>
    protected virtual IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("cases").EnumerateArray().Select((c, i) => (c.TryGetProperty("name", out var name) ? name.GetString()! : $"#{i}", c));

    public IEnumerable<(string File, string Name, string Device)> List() =>
        from file in Files
        from golden in CasesOf(file, Document(file))
        from device in UsesDevice ? GoldenRoot.Devices : ["cpu"]
        select (file, golden.Name, device);

    /// <summary>The option for which a case can't be run; null if all are offered.</summary>
    internal NotOffered? NotOfferedBy(string file, string name) => NotOffered.Among(file, Find(file, name));

    public void Run(string file, string name, string device) => Run(file, name, Find(file, name), Document(file), device);

    /// <summary>Runs a case; one that asks for what isn't offered must be refused by that option's name.</summary>
    internal void Run(string file, string name, JsonElement json, JsonElement root, string device)
    {
        if (NotOffered.Among(file, json) is { } option)
        {
            var refusal = Assert.ThrowsAny<Exception>(() => Run(file, name, json, root, device, perturbed: null));
            Assert.Contains(option.Name, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(option, NotOffered.Options);
            return;
        }

        Run(file, name, json, root, device, perturbed: null);
    }

    /// <summary>Gives one value of the file's expectations a wrong value and must see the check fail.</summary>
    public void NoticesAChange(string file)
    {
        var cases = CasesOf(file, Document(file)).Where(c => NotOffered.Among(file, c.Case) is null).ToList();
        var random = new Random(cases.Count);
        var tried = 0;
        foreach (var (name, json) in cases.OrderBy(_ => random.Next()))
        {
            var compared = Run(file, name, json, Document(file), "cpu", perturbed: null).Compared.Where(p => !p.StartsWith("options", StringComparison.Ordinal)).ToList();
            if (compared.Count == 0)
            {
                continue;
            }

            var leaf = compared[random.Next(compared.Count)];
            if (Passes(file, name, json, leaf))
            {
                throw new XunitException($"{file}: '{name}' passes although {leaf} was changed.");
            }

            if (++tried == 5)
            {
                return;
            }
        }

        Assert.True(tried > 0, $"No case of {file} compares anything.");
    }

    protected static JsonElement Document(string file) =>
        Documents.GetOrAdd(file, f => JsonDocument.Parse(System.IO.File.ReadAllBytes(GoldenRoot.Path(f)))).RootElement;

    private JsonElement Find(string file, string name) => CasesOf(file, Document(file)).First(c => c.Name == name).Case;

    private bool Passes(string file, string name, JsonElement json, string leaf)
    {
        try
        {
            Run(file, name, json, Document(file), "cpu", leaf);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Runs a case, perhaps with one leaf perturbed, and tells what it has read.</summary>
    internal Reads Run(string file, string name, JsonElement json, JsonElement root, string device, string? perturbed)
    {
        var reads = new Reads(perturbed);
        var golden = new GoldenCase(file, name, json, root, device, reads);
        if (CaseMembers is { } known)
        {
            Assert.All(json.EnumerateObject(), member => Assert.True(known.Contains(member.Name) || member.Name == "note", $"Nothing is known of the case's '{member.Name}'."));
        }

        using var tolerances = DeviceTolerance.For(device);
        Check(golden);
        foreach (var part in TrackedParts.Where(p => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(p, out _)))
        {
            reads.AssertAllRead(golden.Part(part));
        }

        return reads;
    }
}
