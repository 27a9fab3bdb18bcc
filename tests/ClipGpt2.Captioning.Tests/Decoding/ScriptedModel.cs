using ClipGpt2.Captioning.Decoding;
using Microsoft.ML.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>A language model whose logits are a function of the image's number and the tokens written.</summary>
/// <param name="vocabularySize">The number of tokens.</param>
/// <param name="logits">Gives the logits.</param>
internal sealed class ScriptedModel(int vocabularySize, Func<int, int[], float[]> logits) : IAutoregressiveModel
{
    public int HiddenSize => 1;

    public int VocabularySize => vocabularySize;

    public int MaxPositions { get; init; } = 64;

    public int OpenSessions { get; private set; }

    /// <summary>The rows of each step of each session.</summary>
    public List<int> RowsPerStep { get; } = [];

    /// <summary>A prefix of one position, whose only number is the image's.</summary>
    public static Tensor Prefix(params long[] images) => tensor([.. images.Select(i => (float)i)]).reshape(images.Length, 1, 1);

    /// <summary>A model that writes by a fixed table of log-probabilities after each token (row 0 before the first).</summary>
    public static ScriptedModel Markov(float[][] table) => new(table[0].Length, (_, text) => table[text.Length == 0 ? 0 : text[^1]]);

    public IDecodingSession Start(Tensor prefix, Tensor? attentionMask, IReadOnlyList<int>? promptIds, int maxNewTokens)
    {
        OpenSessions++;
        return new Session(this, [.. prefix.data<float>().ToArray().Select(image => ((int)image, promptIds?.ToArray() ?? []))], maxNewTokens);
    }

    public Tensor Embed(Tensor tokenIds) => zeros([.. tokenIds.shape, 1]);

    private float[] Logits((int Image, int[] Text) row) => logits(row.Image, row.Text);

    private sealed class Session : IDecodingSession
    {
        private readonly ScriptedModel _model;
        private (int Image, int[] Text)[] _rows;
        private int _left;

        public Session(ScriptedModel model, (int Image, int[] Text)[] rows, int steps)
        {
            (_model, _rows, _left) = (model, rows, steps);
            _model.RowsPerStep.Add(rows.Length);
        }

        public int Rows => _rows.Length;

        public ReadOnlySpan<float> Logits(int row) => _model.Logits(_rows[row]);

        public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
        {
            Assert.True(--_left >= 0, "The session has no steps left.");
            var next = new (int, int[])[parents.Length];
            for (var i = 0; i < next.Length; i++)
            {
                next[i] = (_rows[parents[i]].Image, [.. _rows[parents[i]].Text, tokens[i]]);
            }

            _rows = next;
            _model.RowsPerStep.Add(next.Length);
        }

        public void Dispose() => _model.OpenSessions--;
    }
}

/// <summary>A decoder over a scripted model, whose token 0 ends a text.</summary>
internal sealed class ScriptedDecoder(ScriptedModel model, Tokenizer? tokenizer = null) : CaptionDecoder(model, [0], tokenizer)
{
    public ScriptedModel Model => model;

    public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(DecodingOptions options, params long[] images)
    {
        using var prefix = ScriptedModel.Prefix(images);
        return Decode(prefix, options);
    }

    public override Tensor Forward(Tensor prefix, Tensor tokenIds, Tensor? mask = null)
    {
        var rows = Enumerable.Range(0, (int)prefix.shape[0]).SelectMany(row => Enumerable.Range(0, (int)(prefix.shape[1] + tokenIds.shape[1])).SelectMany(position =>
        {
            using var session = model.Start(prefix, null, null, 100);
            for (var step = 0; step < position; step++)
            {
                int[] tokens = [.. Enumerable.Range(0, session.Rows).Select(r => (int)tokenIds[r, step].item<long>())];
                session.Advance([.. Enumerable.Range(0, session.Rows)], tokens);
            }

            return session.Logits(row).ToArray();
        }));
        return tensor(rows.ToArray()).reshape(prefix.shape[0], prefix.shape[1] + tokenIds.shape[1], model.VocabularySize);
    }
}
