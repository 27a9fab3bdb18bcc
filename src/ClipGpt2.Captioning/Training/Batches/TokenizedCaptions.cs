using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Objectives;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The examples of a data set as token ids and numbers of pictures: all that remains of the texts while a model is trained.</summary>
/// <remarks>600,000 captions take about 35 MB. Immutable.</remarks>
internal sealed class TokenizedCaptions
{
    private readonly int[] _tokens;
    private readonly int[] _starts;
    private readonly int[] _images;

    private TokenizedCaptions(int[] tokens, int[] starts, int[] images, List<CaptionExample> pictures, int[] indices)
    {
        (_tokens, _starts, _images, Pictures, Indices) = (tokens, starts, images, pictures, indices);
    }

    /// <summary>The number of examples.</summary>
    public int Count => _images.Length;

    /// <summary>The first example of each picture, by the picture's number.</summary>
    public IReadOnlyList<CaptionExample> Pictures { get; }

    /// <summary>The place of each example in its data set.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>The tokens that an example's model has to foretell.</summary>
    public ReadOnlySpan<int> Tokens(int example) => _tokens.AsSpan(_starts[example], Length(example));

    /// <summary>How many those are.</summary>
    public int Length(int example) => _starts[example + 1] - _starts[example];

    /// <summary>The number of an example's picture.</summary>
    public int PictureOf(int example) => _images[example];

    /// <summary>A hash of all tokens and pictures in their order: equal data sets train alike.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(_tokens.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(_starts.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(_images.AsSpan()));
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Tokenizes a data set.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="indices">Which of them, in which order.</param>
    /// <param name="tokenizer">The decoder's tokenizer.</param>
    /// <param name="targets">The objective's rule.</param>
    /// <param name="token">Ends the work between two examples.</param>
    public static TokenizedCaptions Create(
        ICaptionDataset dataset, IReadOnlyList<int> indices, Tokenizer tokenizer, CaptionTargets targets, CancellationToken token)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var pictures = new List<CaptionExample>();
        var images = new int[indices.Count];
        var texts = new int[indices.Count][];
        for (var i = 0; i < indices.Count; i++)
        {
            token.ThrowIfCancellationRequested();
            var example = dataset[indices[i]];
            texts[i] = Encode(tokenizer, example.Caption);
            if (!numbers.TryGetValue(example.ImageId, out images[i]))
            {
                images[i] = numbers[example.ImageId] = pictures.Count;
                pictures.Add(example);
            }
        }

        var (tokens, starts) = Join(targets.Build(texts), indices.Count);
        return new TokenizedCaptions(tokens, starts, images, pictures, [.. indices]);
    }

    /// <summary>The ids of a caption's text.</summary>
    public static int[] Encode(Tokenizer tokenizer, string caption) => tokenizer is TransformerTokenizer transformer
        ? transformer.Encode(caption, addSpecialTokens: false)
        : [.. tokenizer.EncodeToIds(caption)];

    /// <summary>The text of a caption's ids, without special tokens.</summary>
    public static string Decode(Tokenizer tokenizer, IReadOnlyList<int> ids) =>
        tokenizer.DecodeKnown(ids, skipSpecialTokens: true);

    /// <summary>The captions of each picture, by the picture's number.</summary>
    /// <param name="dataset">The data set that was tokenized.</param>
    public IReadOnlyList<string>[] TextsOf(ICaptionDataset dataset)
    {
        var texts = new List<string>[Pictures.Count];
        for (var example = 0; example < Count; example++)
        {
            (texts[PictureOf(example)] ??= []).Add(dataset[Indices[example]].Caption);
        }

        return texts;
    }

    /// <summary>The examples whose pictures are among the chosen ones, which keep their order and are numbered anew.</summary>
    /// <param name="keep">Whether a picture stays, by its number.</param>
    public TokenizedCaptions Where(Func<int, bool> keep)
    {
        var numbers = new int[Pictures.Count];
        var pictures = new List<CaptionExample>();
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = keep(i) ? pictures.Count : -1;
            if (numbers[i] >= 0)
            {
                pictures.Add(Pictures[i]);
            }
        }

        int[] kept = [.. Enumerable.Range(0, Count).Where(e => numbers[_images[e]] >= 0)];
        var (tokens, starts) = Join(kept.Select(e => Tokens(e).ToArray()), kept.Length);
        return new TokenizedCaptions(tokens, starts, [.. kept.Select(e => numbers[_images[e]])], pictures, [.. kept.Select(e => Indices[e])]);
    }

    private static (int[] Tokens, int[] Starts) Join(IEnumerable<int[]> captions, int count)
    {
        var tokens = new List<int>(count * 12);
        var starts = new int[count + 1];
        var i = 0;
        foreach (var caption in captions)
        {
            tokens.AddRange(caption);
            starts[++i] = tokens.Count;
        }

        return ([.. tokens], starts);
    }
}
