using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>What a session begins with, checked, in plain memory.</summary>
internal sealed class DecodingStart
{
    private readonly float[] _vectors; // [B, P, H]
    private readonly float[]? _states; // [B, S, He]
    private readonly long[] _stateShape = [];
    private readonly bool[]? _real; // [B, P]
    private readonly int _hidden;

    /// <summary>Copies prefix and mask and checks that everything fits the model.</summary>
    /// <exception cref="CaptioningException">It doesn't.</exception>
    public DecodingStart(Gpt2Model model, Tensor prefix, Tensor? attentionMask, IReadOnlyList<int> promptIds, int maxNewTokens)
    {
        var isBeside = model.Reading == VisualTokens.Beside;
        _ = isBeside ? model.CheckStates(prefix) : model.CheckPrefix(prefix);
        CheckRows(prefix.shape[0], model.Config);
        (Rows, PrefixLength, _hidden) = ((int)prefix.shape[0], isBeside ? 0 : (int)prefix.shape[1], model.HiddenSize);
        PromptIds = promptIds;
        using var scope = NewDisposeScope();
        float[] values = [.. prefix.detach().cpu().to(ScalarType.Float32).contiguous().data<float>()];
        _vectors = isBeside ? [] : values;
        (_states, _stateShape) = isBeside ? (values, prefix.shape) : (null, []);
        if (isBeside && attentionMask is not null)
        {
            throw new CaptioningException("GPT-2 was given an attention mask over visual tokens that it reads beside its text: all of them are looked at. Leave the mask out.");
        }

        _real = attentionMask is null ? null : [.. Gpt2Model.CheckMask(attentionMask, Rows, PrefixLength)!.cpu().not_equal(0).contiguous().data<bool>()];
        Capacity = CheckedCapacity(model, maxNewTokens);
        foreach (var id in promptIds)
        {
            CheckToken(id, model.VocabularySize);
        }
    }

    public int Rows { get; }

    public int PrefixLength { get; }

    public IReadOnlyList<int> PromptIds { get; }

    /// <summary>The columns of prefix and prompt.</summary>
    public int Length => PrefixLength + PromptIds.Count;

    /// <summary>The most positions that a sequence will have.</summary>
    public int Capacity { get; }

    /// <summary>Whether a column of the prefix isn't padding.</summary>
    public bool IsReal(int row, int column) => _real is null || _real[(row * PrefixLength) + column];

    /// <summary>float32 [B, P, H].</summary>
    public Tensor Prefix() => tensor(_vectors, [Rows, PrefixLength, _hidden]);

    /// <summary>What cross-attention looks at, float32 [B, S, He]; null for a model that reads visual tokens before the text.</summary>
    public Tensor? States() => _states is null ? null : tensor(_states, _stateShape);

    /// <summary>int64 [B, P and prompt], 0 where there is padding.</summary>
    public Tensor Mask()
    {
        var mask = ones([Rows, Length], ScalarType.Int64);
        if (_real is not null)
        {
            mask.narrow(1, 0, PrefixLength).copy_(tensor(_real, [Rows, PrefixLength]));
        }

        return mask;
    }

    public ReadOnlySpan<float> Vector(int row, int column) => _vectors.AsSpan(((row * PrefixLength) + column) * _hidden, _hidden);

    /// <summary>Checks the arguments of <see cref="IDecodingSession.Advance"/>.</summary>
    /// <exception cref="CaptioningException">A row or token doesn't exist, the lists differ in length, or are too long.</exception>
    public static void CheckStep(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens, int rows, Gpt2Config config)
    {
        CheckRows(Math.Max(1, parents.Length), config);
        if (parents.Length != tokens.Length)
        {
            throw new CaptioningException($"A decoding step was given {parents.Length} rows to continue and {tokens.Length} tokens; it needs one token a row.");
        }

        for (var i = 0; i < parents.Length; i++)
        {
            CheckToken(tokens[i], config.VocabularySize);
            if (parents[i] < 0 || parents[i] >= rows)
            {
                throw new CaptioningException($"A decoding step was to continue row {parents[i]}; the step before has rows 0 to {rows - 1}.");
            }
        }
    }

    /// <summary>One buffer holds a row's worth of the widest values for all rows, and .NET counts its bytes in 31 bits.</summary>
    private static void CheckRows(long rows, Gpt2Config config)
    {
        var most = int.MaxValue / (sizeof(float) * Math.Max(config.VocabularySize, Math.Max(3 * config.HiddenSize, config.PerceptronSize)));
        if (rows < 1 || rows > most)
        {
            throw new CaptioningException($"{rows} sequences were to be continued at once; this GPT-2 takes 1 to {most}: split the batch.");
        }
    }

    private static void CheckToken(int id, int vocabulary)
    {
        if (id < 0 || id >= vocabulary)
        {
            throw new CaptioningException($"Token {id} is outside of the vocabulary, which goes from 0 to {vocabulary - 1}.");
        }
    }

    /// <summary>The last new token is written and never read, so that it takes no position.</summary>
    private int CheckedCapacity(Gpt2Model model, int maxNewTokens)
    {
        if (maxNewTokens < 0)
        {
            throw new CaptioningException($"The number of new tokens is {maxNewTokens}; it must not be negative.");
        }

        for (var row = 0; row < Rows; row++)
        {
            if (_states is not null && PromptIds.Count == 0)
            {
                throw new CaptioningException("There is nothing to continue: a GPT-2 that reads visual tokens beside its text takes a start token at least as prompt.");
            }

            if (PromptIds.Count == 0 && !Enumerable.Range(0, PrefixLength).Any(column => IsReal(row, column)))
            {
                throw new CaptioningException($"Row {row} of the prefix is nothing but padding and no prompt follows it: there is nothing to continue.");
            }
        }

        var needed = (long)Length + Math.Max(0, maxNewTokens - 1);
        model.CheckLength(needed);
        return (int)Math.Min(needed + 1, model.MaxPositions);
    }
}
