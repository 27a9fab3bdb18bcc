using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Training.Data;

namespace CustomParts;

/// <summary>An own data set: pictures of a coloured card on a coloured table, made when they are needed.</summary>
/// <remarks>Every pair of colours comes as often as every other; where the card lies follows from the index.</remarks>
internal sealed class ColourCards(int count) : ICaptionDataset
{
    private const int Side = 64;

    private static readonly (string Name, byte Red, byte Green, byte Blue)[] Colours =
    [
        ("red", 220, 40, 40), ("green", 40, 170, 60), ("blue", 40, 70, 220), ("yellow", 230, 210, 40), ("white", 240, 240, 240), ("black", 25, 25, 25),
    ];

    /// <summary>The colours' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Colours.Select(c => c.Name)];

    public int Count => count;

    public CaptionExample this[int index]
    {
        get
        {
            var (card, table) = Pair(index % (Colours.Length * (Colours.Length - 1)));
            return new CaptionExample
            {
                ImageId = $"card-{index}",
                Caption = $"A {Colours[card].Name} card on a {Colours[table].Name} table.",
                Image = ImageSource.FromPixels(() => Draw(card, table, index), $"card-{index}"),
                Location = $"{nameof(ColourCards)}[{index}]",
            };
        }
    }

    /// <summary>Two colours that differ.</summary>
    private static (int Card, int Table) Pair(int number)
    {
        var (card, other) = Math.DivRem(number, Colours.Length - 1);
        return (card, other < card ? other : other + 1);
    }

    private static RgbImage Draw(int card, int table, int index)
    {
        var (left, top) = (8 + (index * 7 % 17), 8 + (index * 11 % 17));
        var pixels = new byte[3 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
        {
            var isCard = i % Side - left is >= 0 and < 30 && i / Side - top is >= 0 and < 30;
            var colour = Colours[isCard ? card : table];
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (colour.Red, colour.Green, colour.Blue);
        }

        return new RgbImage(Side, Side, pixels);
    }
}
