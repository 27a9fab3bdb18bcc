using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Parts;

/// <summary>A captioner on disk: <c>captioner.json</c> names the kind and the file or folder of each part.</summary>
internal sealed class CaptionerFolder
{
    public const string FileName = "captioner.json";

    private const string Format = "clipgpt2.captioner";
    private const int Version = 1;

    private static readonly string[] Needed = [PartRole.Encoder, PartRole.Projector, PartRole.Decoder, PartRole.Tokenizer];
    private static readonly string[] Further = [PartRole.TextEncoder];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _folder;
    private readonly ConfigSection _config;

    private CaptionerFolder(string folder, ConfigSection config)
    {
        _folder = folder;
        _config = config;
    }

    /// <summary>Whether a path is a captioner's folder.</summary>
    public static bool IsOne(string path) => File.Exists(Path.Combine(path, FileName));

    /// <exception cref="ModelNotFoundException">There is no such folder, or it holds no captioner.</exception>
    /// <exception cref="CheckpointFormatException">Its <c>captioner.json</c> is of another form or version.</exception>
    public static CaptionerFolder Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelNotFoundException($"There is no folder '{Path.GetFullPath(folder)}': give the folder that holds a captioner's '{FileName}'.");
        }

        var full = Path.GetFullPath(folder);
        var file = Path.Combine(full, FileName);
        if (!File.Exists(file))
        {
            throw new ModelNotFoundException($"The folder '{full}' holds no '{FileName}': a captioner's folder is one that Captioner.Save has written.");
        }

        var config = ConfigSection.Load(file);
        if (config.Text("format") is var format && format != Format)
        {
            throw config.Error("format", $"is '{format}', and must be '{Format}'");
        }

        return config.Int("version") is var version && version != Version
            ? throw config.Error("version", $"is {version}, and this library reads version {Version}: use a later one")
            : new CaptionerFolder(full, config);
    }

    /// <summary>The captioner that the folder holds; nothing is loaded.</summary>
    public CaptionerDescription Describe() => new()
    {
        Location = _folder,
        Encoder = Part(PartRole.Encoder),
        Projector = Part(PartRole.Projector),
        Decoder = Part(PartRole.Decoder),
        Tokenizer = Part(PartRole.Tokenizer),
        TextEncoder = _config.Has(PartRole.TextEncoder) ? Part(PartRole.TextEncoder) : null,
        Search = FindSearch(),
    };

    /// <summary>All parts by their roles, to look at them; nothing is loaded.</summary>
    public IEnumerable<(string Role, PartDescription Part)> Parts() => Needed.Concat(Further.Where(_config.Has)).Select(role => (role, Part(role)));

    /// <summary>How the program searches that the captioner comes from; null if the folder doesn't say.</summary>
    public ProgramSearch? FindSearch() => _config.FindSection(ProgramSearch.Section) is { } section ? ProgramSearch.Read(section, FileName) : null;

    /// <summary>Writes parts into their places and then the file that names them, so that a folder with that file is whole.</summary>
    /// <param name="folder">The folder; it is made if it isn't there.</param>
    /// <param name="search">How the program searches that the captioner comes from, or null.</param>
    /// <param name="parts">The parts by their roles, with the names of their files or folders, and whether they are to be written there: what two parts have in common is written by one.</param>
    /// <exception cref="CaptioningException">A part can't be saved, or a file can't be written.</exception>
    public static void Save(string folder, ProgramSearch? search, params ReadOnlySpan<(string Role, string Name, object Instance, bool IsWritten)> parts)
    {
        RefuseUnsavable(parts);
        var description = new JsonObject { ["format"] = Format, ["version"] = Version };
        AtomicFile.MakeFolder(folder);
        foreach (var (role, name, instance, isWritten) in parts)
        {
            var savable = (ISavablePart)instance;
            var section = new JsonObject { ["kind"] = savable.Kind, ["path"] = name };
            savable.Describe(section);
            if (isWritten)
            {
                savable.Save(Path.Combine(Path.GetFullPath(folder), name));
            }

            description[role] = section;
        }

        if (search is not null)
        {
            description[ProgramSearch.Section] = search.Json.DeepClone();
        }

        AtomicFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(description.ToJsonString(Indented));
            writer.Write('\n');
        });
    }

    /// <summary>Nothing is written of a captioner that can't be written whole.</summary>
    private static void RefuseUnsavable(ReadOnlySpan<(string Role, string Name, object Instance, bool IsWritten)> parts)
    {
        var faults = new List<string>();
        foreach (var (role, _, instance, _) in parts)
        {
            if (instance is not ISavablePart)
            {
                faults.Add($"The {PartRole.InWords(role)} ({instance.GetType()}) can't be saved: it doesn't implement {nameof(ISavablePart)}.");
            }
        }

        if (faults.Count > 0)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, faults));
        }
    }

    /// <summary>Paths stay inside the folder: a captioner from elsewhere must not read what lies beside it.</summary>
    private PartDescription Part(string role)
    {
        var section = _config.Section(role);
        var relative = section.Text("path");
        var path = Path.GetFullPath(Path.Combine(_folder, relative));
        return path == _folder || path.StartsWith(_folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? new PartDescription(section, new PartPlace(path, MayBeId: false))
            : throw section.Error("path", $"is '{relative}', which lies outside of the captioner's folder");
    }
}
