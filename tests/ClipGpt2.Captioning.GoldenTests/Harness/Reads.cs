using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>What one run of one case has read, and which leaf it gets wrong on purpose.</summary>
public sealed class Reads(string? perturbed = null)
{
    private readonly HashSet<string> _noted = [];
    private readonly List<string> _compared = [];

    /// <summary>The path of the leaf that is given a wrong value, or null.</summary>
    public string? Perturbed { get; } = perturbed;

    /// <summary>The leaves (or whole arrays) whose values were taken, in order.</summary>
    public IReadOnlyList<string> Compared => _compared;

    public bool Note(string path, bool compared)
    {
        if (_noted.Add(path) && compared)
        {
            _compared.Add(path);
        }

        return true;
    }

    /// <summary>Fails if a leaf was neither read nor marked as informational.</summary>
    public void AssertAllRead(Tracked part)
    {
        var unread = part.Leaves().Where(leaf => !IsNoted(leaf)).ToList();
        if (unread.Count > 0)
        {
            throw new XunitException("The test does not look at: " + string.Join(", ", unread.Take(10)));
        }
    }

    /// <summary>An array read as a whole covers its elements.</summary>
    private bool IsNoted(string leaf)
    {
        for (var path = leaf; ; path = path[..path.LastIndexOf('[')])
        {
            if (_noted.Contains(path))
            {
                return true;
            }

            if (!path.EndsWith(']'))
            {
                return false;
            }
        }
    }
}
