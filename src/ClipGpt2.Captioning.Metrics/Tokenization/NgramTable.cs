namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Numbers n-grams of one length: each is the number of its beginning, one word shorter, and its last word, compared exactly.</summary>
internal sealed class NgramTable
{
    private ulong[] _keys;
    private int[] _ids;
    private int _mask;

    public NgramTable(int expected)
    {
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(expected, 16) * 2);
        (_keys, _ids, _mask) = (new ulong[size], new int[size], size - 1);
    }

    public int Count { get; private set; }

    /// <summary>The number of an n-gram, a new one if it hasn't been seen.</summary>
    public int Intern(int beginning, int last)
    {
        var key = Key(beginning, last);
        var slot = Find(key);
        if (_ids[slot] == 0)
        {
            if (Count * 2 >= _ids.Length)
            {
                Grow();
                slot = Find(key);
            }

            _keys[slot] = key;
            _ids[slot] = ++Count;
        }

        return _ids[slot] - 1;
    }

    /// <summary>The number of an n-gram, or -1.</summary>
    public int Find(int beginning, int last) => _ids[Find(Key(beginning, last))] - 1;

    /// <summary>All n-grams with their numbers, in no order.</summary>
    public IEnumerable<(int Beginning, int Last, int Id)> All()
    {
        for (var slot = 0; slot < _ids.Length; slot++)
        {
            if (_ids[slot] != 0)
            {
                yield return ((int)(_keys[slot] >> 32), (int)(uint)_keys[slot], _ids[slot] - 1);
            }
        }
    }

    private static ulong Key(int beginning, int last) => ((ulong)(uint)beginning << 32) | (uint)last;

    private int Find(ulong key)
    {
        var mixed = key * 0x9E3779B97F4A7C15UL;
        var slot = (int)(mixed >> 33) & _mask;
        while (_ids[slot] != 0 && _keys[slot] != key)
        {
            slot = (slot + 1) & _mask;
        }

        return slot;
    }

    private void Grow()
    {
        var (keys, ids) = (_keys, _ids);
        (_keys, _ids, _mask) = (new ulong[keys.Length * 2], new int[keys.Length * 2], (keys.Length * 2) - 1);
        for (var i = 0; i < keys.Length; i++)
        {
            if (ids[i] != 0)
            {
                var slot = Find(keys[i]);
                (_keys[slot], _ids[slot]) = (keys[i], ids[i]);
            }
        }
    }
}
