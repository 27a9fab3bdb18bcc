using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>File, tabulator, caption; errors go to standard error.</summary>
/// <param name="bar">Where progress is shown meanwhile, and errors above it; null for nowhere.</param>
/// <param name="onBarsScreen">Whether captions go above the bar too, since standard output is that terminal.</param>
internal sealed class PlainCaptions(IAnsiConsole? bar, bool onBarsScreen) : CaptionOutput(bar)
{
    private readonly IAnsiConsole? _bar = bar;

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

    private void WriteLine(string line)
    {
        if (onBarsScreen)
        {
            _bar!.WriteLine(line);
        }
        else
        {
            Console.Out.WriteLine(line);
        }
    }

    private void WriteError(string message)
    {
        if (_bar is not null)
        {
            _bar.WriteLine(Messages.Format(message), new Style(Color.Red));
        }
        else
        {
            Messages.Error(message);
        }
    }
}
