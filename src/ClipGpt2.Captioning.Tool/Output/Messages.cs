namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>What is for the person at the keyboard: standard error, one line a message.</summary>
internal static class Messages
{
    public static void Error(string message) => Hint(Format(message));

    public static string Format(string message) => $"clipgpt2: {Printable.Line(message)}";

    public static void Hint(string message)
    {
        try
        {
            Console.Error.WriteLine(message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Standard error is closed: the exit code has to do.
        }
    }

    /// <summary>News that nothing depends on, for somebody who watches: where standard error is no terminal it stays empty unless something is wrong.</summary>
    public static void News(string message)
    {
        if (!Console.IsErrorRedirected)
        {
            Hint(message);
        }
    }
}
