using System.Text.Json;
using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>One JSON object a picture, the failed ones among them.</summary>
/// <param name="bar">Where progress is shown meanwhile; null for nowhere.</param>
internal sealed class JsonCaptions(IAnsiConsole? bar) : CaptionOutput(bar)
{
    private IReadOnlyDictionary<string, SearchOption> _search = new Dictionary<string, SearchOption>();
    private string? _prompt;

    public override void Begin(Captioner captioner, CaptionOptions options) =>
        (_search, _prompt) = (SearchOption.Of(captioner.DescribeDecoding(options)), options.Prompt);

    protected override void Write(CaptionResult result)
    {
        if (result.Error is { } error)
        {
            JsonLines.Write(new FailedFile(result.Source, error.Message));
            return;
        }

        var sequence = result.Best.Sequence;
        JsonLines.Write(new Line(
            result.Source,
            _prompt,
            result.Text,
            sequence.Score,
            sequence.LogProbabilities.Sum(p => (double)p),
            JsonNamingPolicy.SnakeCaseLower.ConvertName(sequence.FinishReason.ToString()),
            _search));
    }

    /// <param name="File">The picture, as it was named.</param>
    /// <param name="Prompt">What the caption continues; left out where nothing was given.</param>
    /// <param name="Caption">The text, not trimmed and without the prompt.</param>
    /// <param name="Score">What the search ranked it by.</param>
    /// <param name="LogProbability">The sum over its tokens.</param>
    /// <param name="FinishReason">Why it ended: end_token, length, ...</param>
    /// <param name="Decoding">How it was searched: the options that somebody has set, and the main ones.</param>
    private sealed record Line(
        string File, string? Prompt, string Caption, double Score, double LogProbability, string FinishReason, IReadOnlyDictionary<string, SearchOption> Decoding);
}
