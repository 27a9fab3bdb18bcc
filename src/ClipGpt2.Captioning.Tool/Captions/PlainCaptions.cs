using ClipGpt2.Captioning.Tool.Output;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>File, tabulator, caption; errors go to standard error.</summary>
internal class PlainCaptions : CaptionOutput
{
    protected override void Write(CaptionResult result)
    {
        if (result.Error is { } error)
        {
            WriteError(error.Message);
        }
        else
        {
            WriteLine($"{Printable.Line(result.Source)}\t{Printable.Line(result.Text)}");
        }
    }

    protected virtual void WriteLine(string line) => Console.Out.WriteLine(line);

    protected virtual void WriteError(string message) => Messages.Error(message);
}
