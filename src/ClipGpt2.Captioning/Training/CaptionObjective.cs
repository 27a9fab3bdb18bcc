using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training.Objectives;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Training;

/// <summary>What a caption's loss counts; <see cref="CaptionObjectives"/> knows it by name.</summary>
/// <param name="name">What configurations call it.</param>
/// <param name="create">Makes the targets, given the decoder's tokenizer and the number of tokens to which a caption is cut.</param>
public sealed class CaptionObjective(string name, Func<Tokenizer, int, CaptionTargets> create)
{
    /// <summary>The caption's tokens and one end token; padding doesn't count: <c>corrected</c>.</summary>
    public static CaptionObjective Corrected { get; } = new("corrected", (tokenizer, maxTokens) => new CorrectedTargets(EndToken(tokenizer), maxTokens));

    /// <summary>The reference program's: padded with end tokens, which all count; a caption that is cut has no end token: <c>reference</c>.</summary>
    public static CaptionObjective Reference { get; } = new("reference", (tokenizer, maxTokens) => new ReferenceTargets(EndToken(tokenizer), maxTokens));

    /// <summary>ClipCap's: no end token, padded with token 0, which never counts, be it padding or text: <c>clipcap</c>.</summary>
    public static CaptionObjective ClipCap { get; } = new("clipcap", (_, maxTokens) => new ClipCapTargets(maxTokens));

    /// <summary>What configurations call it.</summary>
    public string Name { get; } = name;

    /// <summary>Makes the tokens that a model has to foretell.</summary>
    /// <param name="tokenizer">The decoder's tokenizer.</param>
    /// <param name="maxTokens">The number of tokens to which a caption is cut.</param>
    /// <exception cref="CaptioningException">The objective needs an end token, and the tokenizer has none.</exception>
    internal CaptionTargets Targets(Tokenizer tokenizer, int maxTokens) => create(tokenizer, maxTokens);

    /// <summary>The name.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    private static int EndToken(Tokenizer tokenizer) => (tokenizer as TransformerTokenizer)?.EosTokenId
        ?? throw new CaptioningException($"{tokenizer.GetType()} has no end token, without which captions never end: give the tokenizer one, or train with {nameof(CaptionObjective)}.{nameof(ClipCap)}.");
}
