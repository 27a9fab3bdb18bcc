using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>A batch of token ids that is known to fit the model: libtorch would only report an index out of range.</summary>
internal sealed class TokenIds
{
    private readonly long[] _ids;

    private TokenIds(long[] ids, int batch, int length) => (_ids, Batch, Length) = (ids, batch, length);

    public int Batch { get; }

    public int Length { get; }

    public IEnumerable<List<long>> Rows => _ids.Chunk(Length).Select(row => row.ToList());

    /// <summary>Reads and checks ids.</summary>
    /// <param name="ids">Integers [B, T] on any device.</param>
    /// <param name="vocabulary">The number of ids.</param>
    /// <param name="positions">The longest text the model can take.</param>
    /// <exception cref="CaptioningException">The shape, an id or the length doesn't fit.</exception>
    public static TokenIds Read(Tensor ids, int vocabulary, int positions)
    {
        if (ids.shape is not [> 0 and var batch, > 0 and var length])
        {
            throw new CaptioningException($"The text encoder takes token ids [B, T], and got [{string.Join(", ", ids.shape)}].");
        }

        if (length > positions)
        {
            throw new CaptioningException($"The text encoder takes at most {positions} tokens, and got {length}: let the tokenizer truncate.");
        }

        var values = Values(ids);
        var wrong = Array.FindIndex(values, id => id < 0 || id >= vocabulary);
        return wrong < 0
            ? new TokenIds(values, (int)batch, (int)length)
            : throw new CaptioningException($"The token id {values[wrong]} isn't in the text encoder's vocabulary of {vocabulary}: use the model's own tokenizer.");
    }

    /// <summary>The ids in one row, [B * T].</summary>
    public Tensor ToTensor(Device device) => tensor(_ids, device: device);

    /// <summary>A tensor beside the ids, such as a mask, once its shape is known to be theirs.</summary>
    /// <exception cref="CaptioningException">It has another shape.</exception>
    public Tensor Matching(Tensor other) => other.shape is [var batch, var length] && batch == Batch && length == Length
        ? other
        : throw new CaptioningException($"The mask must be of the token ids' shape [{Batch}, {Length}], and is [{string.Join(", ", other.shape)}].");

    private static long[] Values(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return ids.to(ScalarType.Int64, CPU).contiguous().data<long>().ToArray();
    }
}
