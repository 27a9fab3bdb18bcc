using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Several numbers for a number, in room that is used again.</summary>
internal sealed class IntMultimap
{
    private const int None = -1;

    private readonly Dictionary<int, int> _last = [];
    private readonly List<(int Value, int Before)> _links = [];

    public void Clear()
    {
        _last.Clear();
        _links.Clear();
    }

    public void Add(int key, int value)
    {
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_last, key, out var known);
        _links.Add((value, known ? last : None));
        last = _links.Count - 1;
    }

    /// <summary>The numbers of a key, the last one first.</summary>
    public Values this[int key] => new(_links, _last.GetValueOrDefault(key, None));

    /// <summary>Walks over the numbers of one key.</summary>
    public struct Values(List<(int Value, int Before)> links, int next)
    {
        public int Current { get; private set; }

        public readonly Values GetEnumerator() => this;

        public bool MoveNext()
        {
            if (next == None)
            {
                return false;
            }

            (Current, next) = links[next];
            return true;
        }
    }
}
