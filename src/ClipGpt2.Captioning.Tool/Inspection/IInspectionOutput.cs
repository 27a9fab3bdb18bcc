using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Inspection;

/// <summary>How the findings are written.</summary>
internal interface IInspectionOutput
{
    void Write(ModelReport report);

    void Write(CaptionerReport report);

    void Write(PictureReport report);

    void WriteError(string file, string message);
}

/// <summary>One JSON object for each file, the failed ones among them.</summary>
internal sealed class JsonInspection : IInspectionOutput
{
    public void Write(ModelReport report) => JsonLines.Write(report);

    public void Write(CaptionerReport report) => JsonLines.Write(report);

    public void Write(PictureReport report) => JsonLines.Write(report);

    public void WriteError(string file, string message) => JsonLines.Write(new FailedFile(file, message));
}

/// <summary>Tables and lines for people.</summary>
internal sealed class TextInspection : IInspectionOutput
{
    private readonly IAnsiConsole _console = Terminal.Open();

    public void Write(ModelReport report) => ModelTable.Write(report, _console);

    public void Write(CaptionerReport report) => CaptionerTable.Write(report, _console);

    public void Write(PictureReport report) =>
        Console.Out.WriteLine($"{Printable.Line(report.File)}: {report.Width} x {report.Height}, rgb {report.RgbSha256}, crop {report.CropSha256}");

    public void WriteError(string file, string message) => Messages.Error(message);
}
