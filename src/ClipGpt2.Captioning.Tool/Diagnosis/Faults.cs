namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>What has to be mended, in the order in which it was found.</summary>
internal sealed class Faults
{
    private readonly List<string> _messages = [];

    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Looks at something; whatever goes wrong on the way is a finding, and the others are looked at all the same.</summary>
    /// <param name="what">What is looked at, for the message.</param>
    /// <param name="look">The look.</param>
    /// <returns>What was seen, or null.</returns>
    public T? Try<T>(string what, Func<T> look)
        where T : class
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var message = $"{what}: {Say(e)}";
            if (!_messages.Contains(message))
            {
                _messages.Add(message);
            }

            return null;
        }
    }

    /// <summary>The same for what gives nothing.</summary>
    public void Try(string what, Action look) => Try(what, () =>
    {
        look();
        return this;
    });

    /// <summary>The library's errors say what to do; of others, native ones bring a stack trace behind their first line.</summary>
    private static string Say(Exception e) => e is CaptioningException ? e.Message : $"{e.GetType().Name}: {e.GetBaseException().Message.Split('\n')[0]}";
}
