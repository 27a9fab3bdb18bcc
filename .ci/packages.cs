#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
// Checks packed packages: dotnet run .ci/packages.cs -- FOLDER REPOSITORY [--write | ADDRESS]
// What each may hold and weigh stands in package-limits.tsv and in package-files/NAME.txt; --write writes the lists anew.
// With an address the folder may have some of the packages only, which were packed with that ProjectAddress.
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

const int LongestReleaseNotes = 35_000;

var folder = args[0];
var repository = args[1];
var isWriting = args.Contains("--write");
var isPart = args.Length > 2 && !isWriting;
var faults = new List<string>();
var properties = XDocument.Load(Path.Combine(repository, "Directory.Build.props"));
var version = properties.Descendants("Version").Single().Value;
var address = isPart ? args[2] : properties.Descendants("ProjectAddress").Single().Value;
var pins = XDocument.Load(Path.Combine(repository, "Directory.Packages.props")).Descendants("PackageVersion")
    .ToDictionary(pin => pin.Attribute("Include")!.Value, pin => pin.Attribute("Version")!.Value);

var limits = File.ReadLines(Path.Combine(repository, ".ci/package-limits.tsv")).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).ToList();
var found = Directory.EnumerateFiles(folder).Where(file => file.EndsWith("nupkg", StringComparison.Ordinal)).Select(file => Path.GetFileName(file)!).ToHashSet();
foreach (var limit in limits)
{
    CheckFile($"{limit[0]}.{version}.nupkg", long.Parse(limit[1]));
    CheckFile($"{limit[0]}.{version}.snupkg", long.Parse(limit[2]));
}

faults.AddRange(found.Select(file => $"{file} has no line in package-limits.tsv"));
foreach (var fault in faults)
{
    Console.Error.WriteLine(fault);
}

return faults.Count == 0 ? 0 : 1;

// A limit of 0 says that there must be none.
void CheckFile(string file, long limit)
{
    var isThere = found.Remove(file);
    if (isThere != limit > 0)
    {
        if (isThere || !isPart)
        {
            faults.Add($"{file} {(limit > 0 ? "is missing" : "must not be")}");
        }
    }
    else if (limit > 0)
    {
        var path = Path.Combine(folder, file);
        var size = new FileInfo(path).Length;
        Console.WriteLine($"{size,12:N0} bytes  {file}");
        Check(size <= limit, file, $"has {size} bytes, more than {limit}");
        using var package = ZipFile.OpenRead(path);
        CheckList(package, file, Path.Combine(repository, ".ci/package-files", file.Replace($".{version}.nupkg", ".txt").Replace($".{version}.snupkg", ".symbols.txt")));
        if (file.EndsWith(".nupkg", StringComparison.Ordinal))
        {
            CheckMetadata(package, file);
        }
    }
}

void CheckList(ZipArchive package, string file, string list)
{
    var entries = package.Entries.Select(entry => entry.FullName)
        .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
        .Order(StringComparer.Ordinal).ToList();
    if (isWriting)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(list)!);
        File.WriteAllLines(list, entries);
    }

    var expected = File.Exists(list) ? File.ReadAllLines(list) : [];
    faults.AddRange(entries.Except(expected).Select(entry => $"{file} has {entry}, which isn't in {Path.GetFileName(list)}"));
    faults.AddRange(expected.Except(entries).Select(entry => $"{file} lacks {entry}"));
}

void CheckMetadata(ZipArchive package, string file)
{
    var nuspec = XDocument.Parse(Text(package, package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).FullName));
    string? Value(string name) => nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
    Check(Value("version") == version, file, $"is of version {Value("version")}");
    Check(Value("license") == "MIT", file, "isn't under the MIT licence");
    foreach (var name in new[] { "description", "tags", "authors", "copyright", "releaseNotes" })
    {
        Check(!string.IsNullOrWhiteSpace(Value(name)), file, $"has no {name}");
    }

    Check(Value("releaseNotes")?.Length <= LongestReleaseNotes, file, "has too long release notes");
    foreach (var name in new[] { "icon", "readme" })
    {
        Check(Value(name) is { } path && package.GetEntry(path) is not null, file, $"has no {name}");
    }

    CheckReadme(Text(package, "README.md"), file);
    var repositoryUrl = nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == "repository")?.Attribute("url")?.Value;
    Check((Value("projectUrl") ?? "") == address && (repositoryUrl ?? "") == address, file, $"names another address than '{address}'");

    var project = Path.Combine(repository, "src", Value("id")!, Value("id") + ".csproj");
    foreach (var dependency in nuspec.Descendants().Where(element => element.Name.LocalName == "dependency"))
    {
        var id = dependency.Attribute("id")!.Value;
        Check(File.ReadAllText(project) is var text && (text.Contains($"\"{id}\"") || text.Contains($"{id}.csproj\"")), file, $"depends on {id}, which its project doesn't name");
        Check(!id.Contains("NativeAssets"), file, $"forces {id} on every system");
        Check(!id.StartsWith("ClipGpt2", StringComparison.Ordinal) || dependency.Attribute("version")!.Value == $"[{version}]", file, $"doesn't ask for {id} in its exact version");
    }

    if (package.GetEntry("runtime.json") is not null)
    {
        CheckPins(Regex.Matches(Text(package, "runtime.json"), "\"([^\"]+)\": \"([^\"]+)\""), file);
    }
}

void CheckReadme(string readme, string file)
{
    Check(address.Length == 0 ? !Regex.IsMatch(readme, @"\]\(|https?:") : readme.Contains(address), file, "has a README with links, or without the project's address where there is one");
    CheckPins(Regex.Matches(readme, @"add package (\S+) --version (\S+)"), file);
}

void CheckPins(IEnumerable<Match> named, string file)
{
    foreach (var match in named)
    {
        Check(pins.GetValueOrDefault(match.Groups[1].Value) == match.Groups[2].Value, file, $"names {match.Groups[1].Value} {match.Groups[2].Value}, which isn't the version of Directory.Packages.props");
    }
}

void Check(bool holds, string file, string fault)
{
    if (!holds)
    {
        faults.Add($"{file} {fault}");
    }
}

static string Text(ZipArchive package, string entry)
{
    using var reader = new StreamReader(package.GetEntry(entry)!.Open());
    return reader.ReadToEnd();
}
