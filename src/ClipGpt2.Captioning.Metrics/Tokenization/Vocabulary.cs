using System.Runtime.CompilerServices;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Gives each distinct token a number, in the order in which they are first seen.</summary>
/// <remarks>Tokens live in one character buffer: no string is made for them unless one is asked for. Not for several threads at once.</remarks>
internal sealed class Vocabulary
{
    private char[] _characters = new char[1 << 12];
    private int[] _starts = new int[(1 << 9) + 1];
    private uint[] _hashes = new uint[1 << 9];
    private int[] _slots = new int[1 << 11];
    private int _used;

    public int Count { get; private set; }

    public ReadOnlySpan<char> this[int id] => _characters.AsSpan(_starts[id].._starts[id + 1]);

    /// <summary>The number of a token, a new one if it hasn't been seen.</summary>
    public int Intern(ReadOnlySpan<char> token)
    {
        var hash = Hash(token);
        var slot = Find(token, hash);
        return _slots[slot] > 0 ? _slots[slot] - 1 : Add(token, hash, slot);
    }

    /// <summary>The number of a token, or -1.</summary>
    public int Find(ReadOnlySpan<char> token) => _slots[Find(token, Hash(token))] - 1;

    private int Find(ReadOnlySpan<char> token, uint hash)
    {
        var mask = (uint)_slots.Length - 1;
        var slot = hash & mask;
        for (; _slots[slot] > 0; slot = (slot + 1) & mask)
        {
            var id = _slots[slot] - 1;
            if (_hashes[id] == hash && this[id].SequenceEqual(token))
            {
                break;
            }
        }

        return (int)slot;
    }

    private int Add(ReadOnlySpan<char> token, uint hash, int slot)
    {
        var id = Count++;
        _slots[slot] = id + 1;
        EnsureRoom(token.Length);
        token.CopyTo(_characters.AsSpan(_used));
        _used += token.Length;
        _hashes[id] = hash;
        _starts[id + 1] = _used;
        if (Count * 2 > _slots.Length)
        {
            Rehash();
        }

        return id;
    }

    private void EnsureRoom(int length)
    {
        if (_used + length > _characters.Length)
        {
            Array.Resize(ref _characters, Math.Max(_characters.Length * 2, _used + length));
        }

        if (Count == _hashes.Length)
        {
            Array.Resize(ref _hashes, Count * 2);
            Array.Resize(ref _starts, (Count * 2) + 1);
        }
    }

    private void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        var mask = (uint)_slots.Length - 1;
        for (var id = 0; id < Count; id++)
        {
            var slot = _hashes[id] & mask;
            while (_slots[slot] > 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = id + 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(ReadOnlySpan<char> token)
    {
        var hash = 2166136261u;
        foreach (var c in token)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash ^ (hash >> 15);
    }
}
