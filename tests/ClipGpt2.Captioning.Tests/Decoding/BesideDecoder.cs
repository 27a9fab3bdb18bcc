using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using Microsoft.ML.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>A small language model that reads visual tokens beside its text: what comes next depends on the last token and on the mean of the visual tokens.</summary>
internal sealed class BesideModel : IAutoregressiveModel, IDisposable
{
    public const int EndToken = 0;

    private readonly Tensor _tokens;
    private readonly Tensor _head;

    public BesideModel(int vocabularySize, int hiddenSize, long seed)
    {
        using var generator = new Generator((ulong)seed, CPU);
        (VocabularySize, HiddenSize) = (vocabularySize, hiddenSize);
        _tokens = randn(vocabularySize, hiddenSize, generator: generator);
        _head = randn(vocabularySize, hiddenSize, generator: generator);
    }

    public int HiddenSize { get; }

    public int VocabularySize { get; }

    public int MaxPositions => 32;

    public VisualTokens Reading => VisualTokens.Beside;

    /// <summary>The prompt of each session that was started.</summary>
    public List<int[]> Prompts { get; } = [];

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => [new("tokens", _tokens), new("head", _head)];

    public IDecodingSession Start(Tensor visualTokens, Tensor? attentionMask, IReadOnlyList<int>? promptIds, int maxNewTokens)
    {
        Assert.NotNull(promptIds);
        Assert.NotEmpty(promptIds);
        lock (Prompts)
        {
            Prompts.Add([.. promptIds]);
        }

        return new Session(this, visualTokens.mean([1]).DetachFromDisposeScope(), promptIds[^1], maxNewTokens + promptIds.Count);
    }

    public Tensor Embed(Tensor tokenIds) => _tokens.index_select(0, tokenIds.flatten()).view([.. tokenIds.shape, HiddenSize]);

    /// <summary>[B, T, V] of what comes after each of the tokens [B, T] that are read.</summary>
    public Tensor Logits(Tensor visualTokens, Tensor read) => (Embed(read) + visualTokens.mean([1], keepdim: true)).tanh().matmul(_head.t());

    public void Dispose()
    {
        _tokens.Dispose();
        _head.Dispose();
    }

    private sealed class Session : IDecodingSession
    {
        private readonly BesideModel _model;
        private readonly Tensor _visual;
        private int[] _images;
        private float[][] _logits = [];
        private int _left;

        public Session(BesideModel model, Tensor visual, int token, int positions)
        {
            (_model, _visual, _left) = (model, visual, positions);
            _images = [.. Enumerable.Range(0, (int)visual.shape[0])];
            Read([.. _images.Select(_ => token)]);
        }

        public int Rows => _images.Length;

        public ReadOnlySpan<float> Logits(int row) => _logits[row];

        public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
        {
            Assert.True(--_left >= 0, "The session has no steps left.");
            _images = [.. parents.ToArray().Select(parent => _images[parent])];
            Read(tokens.ToArray());
        }

        public void Dispose() => _visual.Dispose();

        private void Read(int[] tokens)
        {
            using var frozen = no_grad();
            using var scope = NewDisposeScope();
            var rows = _visual.index_select(0, tensor(Array.ConvertAll(_images, image => (long)image))).unsqueeze(1);
            var logits = _model.Logits(rows, tensor(Array.ConvertAll(tokens, token => (long)token)).unsqueeze(1));
            _logits = [.. logits.flatten().contiguous().data<float>().ToArray().Chunk(_model.VocabularySize)];
        }
    }
}

/// <summary>All searches over that model; it can be trained.</summary>
internal sealed class BesideDecoder(BesideModel model, int? startToken, Tokenizer? tokenizer = null, int endToken = BesideModel.EndToken)
    : CaptionDecoder(model, [endToken], tokenizer, startToken), ITrainable
{
    public BesideModel Model => model;

    public override Tensor Forward(Tensor visualTokens, Tensor tokenIds, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        return model.Logits(visualTokens, ShiftedRight(tokenIds)).MoveToOuterDisposeScope();
    }

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => model.NamedParameters();
}
