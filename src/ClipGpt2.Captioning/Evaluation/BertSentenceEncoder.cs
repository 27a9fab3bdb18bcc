using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Text.Unicode;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>Turns sentences into the unit vectors of their tokens, batched by length.</summary>
/// <remarks>Source: bert_score's <c>sent_encode</c> and <c>get_bert_embedding</c>.</remarks>
internal sealed class BertSentenceEncoder(BertEncoder model, TransformerTokenizer tokenizer, int batchSize) : IDisposable
{
    private readonly BatchEncodingOptions _truncation = new()
    {
        Truncation = TruncationMode.LongestFirst, MaxLength = Math.Min(tokenizer.ModelMaxLength ?? int.MaxValue, model.Config.MaxLength),
    };

    public TransformerTokenizer Tokenizer => tokenizer;

    /// <summary>The ids of a sentence between its two marks.</summary>
    public int[] Tokenize(string sentence)
    {
        var ids = tokenizer.EncodeBatch([CodePoints.Strip(sentence).ToString()], _truncation).IdsOf(0);
        var tokens = new int[ids.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = (int)ids[i];
        }

        return tokens;
    }

    /// <summary>The vectors of all sentences for a range of layers.</summary>
    /// <returns>For each layer, for each sentence, [T, H] row by row.</returns>
    public float[][][] Encode(IReadOnlyList<int[]> sentences, int firstLayer, int lastLayer, CancellationToken token)
    {
        var vectors = new float[lastLayer - firstLayer + 1][][];
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = new float[sentences.Count][];
        }

        // Neighbours in this order are equally long but for a token or two, so that next to nothing is spent on padding.
        foreach (var batch in Enumerable.Range(0, sentences.Count).OrderByDescending(s => sentences[s].Length).Chunk(batchSize))
        {
            token.ThrowIfCancellationRequested();
            EncodeBatch(sentences, batch, firstLayer, lastLayer, vectors);
        }

        return vectors;
    }

    public void Dispose() => model.Dispose();

    private void EncodeBatch(IReadOnlyList<int[]> sentences, int[] batch, int firstLayer, int lastLayer, float[][][] vectors)
    {
        var length = sentences[batch[0]].Length;
        var ids = new long[batch.Length * length];
        var mask = new long[ids.Length];
        Array.Fill(ids, model.Config.PaddingId);
        for (var row = 0; row < batch.Length; row++)
        {
            var sentence = sentences[batch[row]];
            for (var i = 0; i < sentence.Length; i++)
            {
                ids[(row * length) + i] = sentence[i];
                mask[(row * length) + i] = 1;
            }
        }

        using var scope = NewDisposeScope();
        var (idTensor, maskTensor) = (tensor(ids, [batch.Length, length]), tensor(mask, [batch.Length, length]));
        if (firstLayer == lastLayer)
        {
            Store(model.HiddenState(idTensor, maskTensor, lastLayer), sentences, batch, vectors[0]);
            return;
        }

        using var output = model.Forward(idTensor, maskTensor, hiddenStates: true);
        for (var layer = firstLayer; layer <= lastLayer; layer++)
        {
            Store(output.HiddenStates[layer], sentences, batch, vectors[layer - firstLayer]);
        }
    }

    private void Store(Tensor states, IReadOnlyList<int[]> sentences, int[] batch, float[][] vectors)
    {
        var (length, size) = ((int)states.shape[1], (int)states.shape[2]);
        var rows = UnitVectors.Of(states);
        for (var row = 0; row < batch.Length; row++)
        {
            vectors[batch[row]] = Checked(rows.AsSpan(row * length * size, sentences[batch[row]].Length * size).ToArray(), sentences[batch[row]]);
        }
    }

    private float[] Checked(float[] vectors, int[] sentence) => Array.TrueForAll(vectors, float.IsFinite)
        ? vectors
        : throw NonFinite.Error("BERT's vectors", $"'{tokenizer.Decode(sentence, skipSpecialTokens: true)}'");
}
