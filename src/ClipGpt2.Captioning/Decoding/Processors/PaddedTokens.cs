namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Forbids the rows of a vocabulary that only pad it: those from the tokenizer's length on, which stand for no text.</summary>
internal sealed class PaddedTokens(int first) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores) => scores[first..].Fill(float.NegativeInfinity);
}
