using System.Runtime.InteropServices;
using System.Text;

namespace ClipGpt2.Captioning.Text;

/// <summary>Collects a text's ids, and on request where in the normalised text they stand.</summary>
internal sealed class TokenWriter
{
    private readonly StringBuilder? _normalized;
    private int _pieceStart;

    public TokenWriter(bool withOffsets)
    {
        if (withOffsets)
        {
            _normalized = new();
            Offsets = [];
        }
    }

    public List<int> Ids { get; } = [];

    /// <summary>Beside each id the part of the normalised text that it stands for; null if nobody asked.</summary>
    public List<Range>? Offsets { get; }

    public string NormalizedText => _normalized!.ToString();

    /// <summary>Begins a piece of normalised text, to which the following positions refer.</summary>
    public void BeginPiece(ReadOnlySpan<char> normalized)
    {
        if (_normalized is not null)
        {
            _pieceStart = _normalized.Length;
            _normalized.Append(normalized);
        }
    }

    /// <summary>Adds a token of the current piece.</summary>
    public void Add(int id, int start, int end)
    {
        Ids.Add(id);
        Offsets?.Add((_pieceStart + start)..(_pieceStart + end));
    }

    /// <summary>Adds tokens whose positions nobody asked for.</summary>
    public void AddWithoutOffsets(ReadOnlySpan<int> ids) => Ids.AddRange(ids);

    /// <summary>Adds a token that is a piece of its own.</summary>
    public void AddPiece(int id, ReadOnlySpan<char> content)
    {
        BeginPiece(content);
        Add(id, 0, content.Length);
    }

    public int[] ToArray() => CollectionsMarshal.AsSpan(Ids).ToArray();
}
