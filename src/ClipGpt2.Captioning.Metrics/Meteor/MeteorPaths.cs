namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>A bounded number of paths, sorted: the best of those that were offered, of equal ones the earlier first.</summary>
internal sealed class MeteorPaths(int size)
{
    private readonly MeteorPath[] _paths = new MeteorPath[size];
    private readonly int[] _order = new int[size];
    private int _count;

    /// <summary>The places of the paths, best first.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, _count);

    public ref MeteorPath this[int place] => ref _paths[place];

    public void Clear() => _count = 0;

    /// <summary>Whether a path of this rank would be kept.</summary>
    public bool CanEnter(MeteorRank rank) => _count < size || rank.IsBefore(_paths[_order[size - 1]].Rank);

    public void Offer(in MeteorPath path)
    {
        var place = _count;
        while (place > 0 && path.Rank.IsBefore(_paths[_order[place - 1]].Rank))
        {
            place--;
        }

        if (place == size)
        {
            return;
        }

        var room = _count < size ? _count++ : _order[size - 1];
        _order.AsSpan(place, _count - 1 - place).CopyTo(_order.AsSpan(place + 1));
        _order[place] = room;
        _paths[room] = path;
    }
}
