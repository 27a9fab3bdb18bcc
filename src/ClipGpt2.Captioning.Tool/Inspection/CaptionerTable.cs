using System.Globalization;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Inspection;

// Inside the namespace, where it comes before the library's namespace of that name.
using Text = Spectre.Console.Text;

/// <summary>A <see cref="CaptionerReport"/> for people: its parts, and then the tensors of each.</summary>
internal static class CaptionerTable
{
    public static void Write(CaptionerReport report, IAnsiConsole console)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Printable.Line(report.File)}: a captioner of {report.Parts.Count} parts, {report.Parts.Sum(part => part.Tensors.Count):N0} tensors, {report.Parameters:N0} elements, {report.Bytes:N0} bytes"));
        if (report.Search is { } search)
        {
            console.WriteLine($"  search: {Settings(search)}");
        }

        console.Write(Parts(report));
        foreach (var part in report.Parts.Where(part => part.Tensors.Count > 0))
        {
            console.WriteLine($"{Printable.Line(part.Part)}:");
            console.Write(ModelTable.Of(part.Tensors));
        }
    }

    private static Table Parts(CaptionerReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("part", "kind", "path").AddColumn("elements", Right).AddColumn("bytes", Right).AddColumn("settings");
        foreach (var part in report.Parts)
        {
            table.AddRow(
                new Text(Printable.Line(part.Part)),
                new Text(Printable.Line(part.Kind)),
                new Text(Printable.Line(part.Path)),
                new Text(Number(part, part.Parameters)),
                new Text(Number(part, part.Bytes)),
                new Text(part.SharedWith is { } other ? $"{Settings(part.Settings)} (files of the {other})".TrimStart() : Settings(part.Settings)));
        }

        return table;

        static void Right(TableColumn column) => column.RightAligned().NoWrap();
    }

    private static string Number(PartReport part, long value) => part.Tensors.Count == 0 ? "" : value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Settings(JsonObject settings) => Printable.Line(string.Join(", ", settings.Select(setting => $"{setting.Key} {setting.Value?.ToJsonString() ?? "null"}")));
}
