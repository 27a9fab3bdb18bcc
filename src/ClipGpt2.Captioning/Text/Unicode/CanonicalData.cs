using System.Globalization;

namespace ClipGpt2.Captioning.Text.Unicode;

/// <summary>Unicode's canonical decompositions, compositions and combining classes.</summary>
internal sealed class CanonicalData
{
    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int HangulCount = LeadCount * VowelCount * TrailCount;

    private static readonly Lazy<CanonicalData> Loaded = new(() => new CanonicalData());

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private CanonicalData()
    {
        foreach (var row in DataTable.Rows("canonical.txt"))
        {
            if (row[0] == "c")
            {
                for (var point = DataTable.Hexadecimal(row[1]); point <= DataTable.Hexadecimal(row[2]); point++)
                {
                    _classes[point] = byte.Parse(row[3], CultureInfo.InvariantCulture);
                }

                continue;
            }

            var (composed, parts) = (DataTable.Hexadecimal(row[1]), row[2..].Select(DataTable.Hexadecimal).ToArray());
            _decompositions[composed] = parts;
            if (row[0] == "d")
            {
                _compositions[(parts[0], parts[1])] = composed;
            }
        }
    }

    public static CanonicalData Instance => Loaded.Value;

    public int ClassOf(int point) => _classes.GetValueOrDefault(point);

    /// <summary>Adds a character's full decomposition.</summary>
    public void Decompose(int point, List<int> into)
    {
        if (point - HangulBase is >= 0 and < HangulCount and var syllable)
        {
            into.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            into.Add(VowelBase + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount is > 0 and var trail)
            {
                into.Add(TrailBase + trail);
            }
        }
        else if (_decompositions.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }
        else
        {
            into.Add(point);
        }
    }

    /// <summary>The character that two compose into, or null.</summary>
    public int? Compose(int first, int second)
    {
        if (first - LeadBase is >= 0 and < LeadCount and var lead && second - VowelBase is >= 0 and < VowelCount and var vowel)
        {
            return HangulBase + (((lead * VowelCount) + vowel) * TrailCount);
        }

        if (first - HangulBase is >= 0 and < HangulCount and var syllable && syllable % TrailCount == 0 && second - TrailBase is > 0 and < TrailCount and var trail)
        {
            return first + trail;
        }

        return _compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }
}
