using System.Globalization;
using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Inspection;

// Inside the namespace, where it comes before the library's namespace of that name.
using Text = Spectre.Console.Text;

/// <summary>A <see cref="ModelReport"/> for people.</summary>
internal static class ModelTable
{
    public static void Write(ModelReport report, IAnsiConsole console)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Printable.Line(report.File)}: {report.Tensors.Count:N0} tensors, {report.Parameters:N0} elements, {report.Bytes:N0} bytes"));
        foreach (var (key, value) in (report.Metadata ?? new Dictionary<string, string>()).OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            console.WriteLine($"  {Printable.Line(key)} = {Printable.Line(value)}");
        }

        if (report.Tensors.Count == 0)
        {
            return;
        }

        console.Write(Of(report.Tensors));
    }

    /// <summary>A table of tensors.</summary>
    public static Table Of(IEnumerable<TensorReport> tensors)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("tensor", "type", "shape").AddColumn("bytes", column => column.RightAligned());
        foreach (var tensor in tensors)
        {
            table.AddRow(
                new Text(Printable.Line(tensor.Name)),
                new Text(tensor.Dtype),
                new Text($"[{string.Join(", ", tensor.Shape)}]"),
                new Text(tensor.Bytes.ToString("N0", CultureInfo.InvariantCulture)));
        }

        return table;
    }
}
