using ClipGpt2.Captioning.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace CustomParts.Decoder;

/// <summary>An own language model: a gated recurrent unit that reads the prefix vector by vector and then its own words.</summary>
/// <remarks>Its state is one vector, whatever it has read. Follows Vinyals et al. 2015, "Show and Tell", with a smaller cell.</remarks>
internal sealed class RecurrentModel : nn.Module, IAutoregressiveModel
{
    private readonly TorchSharp.Modules.Embedding _tokens;
    private readonly TorchSharp.Modules.GRUCell _cell;
    private readonly TorchSharp.Modules.Linear _head;

    public RecurrentModel(int vocabularySize, int hiddenSize)
        : base(nameof(RecurrentModel))
    {
        (VocabularySize, HiddenSize) = (vocabularySize, hiddenSize);
        _tokens = nn.Embedding(vocabularySize, hiddenSize);
        _cell = nn.GRUCell(hiddenSize, hiddenSize);
        _head = nn.Linear(hiddenSize, vocabularySize);
        RegisterComponents();
    }

    public int HiddenSize { get; }

    public int VocabularySize { get; }

    /// <summary>A state has no positions that could run out; this keeps sums of lengths small.</summary>
    public int MaxPositions => 1 << 16;

    /// <summary>The state [B, H] after one more vector [B, H]; before the first there is none, which the cell takes as zeros.</summary>
    public Tensor Step(Tensor vector, Tensor? state) => _cell.call(vector, state!);

    /// <summary>The scores [..., V] of the tokens to come after states [..., H].</summary>
    public Tensor Score(Tensor states) => _head.call(states);

    public Tensor Embed(Tensor tokenIds) => _tokens.call(tokenIds);

    public IDecodingSession Start(Tensor prefix, Tensor? attentionMask, IReadOnlyList<int>? promptIds, int maxNewTokens)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor? state = null;
        foreach (var vector in prefix.unbind(1))
        {
            state = Step(vector, state);
        }

        foreach (var id in promptIds ?? [])
        {
            state = Step(Embed(full([prefix.shape[0]], id, ScalarType.Int64)), state);
        }

        return new RecurrentSession(this, state!.DetachFromDisposeScope());
    }
}
