using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration.Documents;

/// <summary>The library's documentation comments, which documents about its options repeat.</summary>
internal static partial class XmlDocumentation
{
    private static readonly Dictionary<string, XElement> Members = XDocument.Load(Path.ChangeExtension(typeof(TrainingConfiguration).Assembly.Location, ".xml"))
        .Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>A property's summary in Markdown.</summary>
    public static string SummaryOf(PropertyInfo property) => Text(Member($"P:{property.DeclaringType!.FullName}.{property.Name}").Element("summary")!);

    /// <summary>A type's summary in Markdown.</summary>
    public static string SummaryOf(Type type) => Text(Member($"T:{type.FullName}").Element("summary")!);

    private static XElement Member(string name) => Members.TryGetValue(name, out var member) ? member : throw new InvalidOperationException($"There is no documentation of {name}.");

    private static string Text(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => Spaces().Replace(text.Value, " "),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => see.Attribute("langword")?.Value ?? $"`{NameOf(see.Attribute("cref")!.Value)}`",
        _ => throw new InvalidOperationException($"Documents don't know {node}."),
    })).Trim();

    /// <summary>A key by its name in the file, everything else by its name in code.</summary>
    private static string NameOf(string member)
    {
        var parts = member[2..].Split('.');
        var type = typeof(TrainingConfiguration).Assembly.GetType(string.Join('.', parts[..^1]));
        return member[0] switch
        {
            'F' when type is { IsEnum: true } => ConfigurationContract.Text(Enum.Parse(type, parts[^1])).Trim('"'),
            'P' when type == typeof(CaptionTrainerOptions) && TrainerOptionMap.Keys.TryGetValue(parts[^1], out var path) => path,
            'P' when type is not null && ConfigurationContract.KeysOf(type).FirstOrDefault(key => key.Property.Name == parts[^1]) is { } key => key.Name,
            _ => parts[^1],
        };
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
