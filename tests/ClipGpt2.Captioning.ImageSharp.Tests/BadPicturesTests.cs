using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Tests.Images;

namespace ClipGpt2.Captioning.ImageSharp.Tests;

/// <summary>Pictures that ImageSharp never returns from if it is given them whole, and damaged ones.</summary>
public sealed class BadPicturesTests
{
    private const int Trials = 30;

    private static readonly (int X, int Y, int Right, int Down)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    public static TheoryData<string> Bad => new(TestPictures.Bad);

    public static TheoryData<string> Sound => new(TestPictures.JpegAndWebp);

    private static IImageDecoder[] Decoders => [Promptly.Exact, Promptly.Whole];

    [Theory]
    [MemberData(nameof(Bad))]
    public void Bad_pictures_are_decoded_or_refused_within_a_second(string file) =>
        Assert.All(Decoders, decoder => Promptly.Decode(decoder, File.ReadAllBytes(file)));

    [Fact]
    public void Interlaced_palettes_of_a_few_pixels_are_decoded()
    {
        foreach (var (width, height, depth) in from width in Enumerable.Range(1, 4) from height in Enumerable.Range(1, 4) from depth in (int[])[1, 2, 4, 8] select (width, height, depth))
        {
            var image = Promptly.Decode(Promptly.Exact, Interlaced(width, height, depth, PassRows(width, height, depth)));
            Assert.Equal(Enumerable.Range(0, width * height).SelectMany(i => Color(Index(i % width, i / width))), image!.Pixels.ToArray());
        }
    }

    [Fact]
    public void Interlaced_pictures_with_too_few_rows_are_refused()
    {
        for (var side = 1; side <= 20; side++)
        {
            var rows = PassRows(side, side, 8);
            for (var kept = 0; kept < rows.Length; kept++)
            {
                Assert.Null(Promptly.Decode(Promptly.Exact, Interlaced(side, side, 8, rows[..kept])));
            }
        }
    }

    [Fact]
    public void A_bigtiff_of_24_bytes_is_refused()
    {
        byte[] file = [(byte)'I', (byte)'I', 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        Assert.Null(Promptly.Decode(Promptly.Exact, file));
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void Damage_is_never_another_error_and_never_takes_long(string path)
    {
        var sound = File.ReadAllBytes(path);
        var random = new Random(sound.Length);
        for (var i = 0; i < Trials; i++)
        {
            var file = random.Next(2) == 0 ? sound[..random.Next(sound.Length)] : sound.ToArray();
            for (var flips = random.Next(1, 8); flips > 0 && file.Length > 0; flips--)
            {
                // Headers are where damage does most harm.
                file[random.Next(random.Next(2) == 0 ? Math.Min(file.Length, 64) : file.Length)] ^= (byte)(1 << random.Next(8));
            }

            Assert.All(Decoders, decoder => Promptly.Decode(decoder, file));
        }
    }

    private static byte[] Interlaced(int width, int height, int depth, byte[][] rows) =>
        Encoded.Png(width, height, depth, 3, rows, palette: [.. Enumerable.Range(0, 1 << Math.Min(depth, 2)).SelectMany(Color)], interlaced: true);

    private static byte[] Color(int index) => [(byte)(index * 80), (byte)(255 - (index * 70)), (byte)(index * 7)];

    /// <summary>Black and white alternate, as a chessboard's.</summary>
    private static int Index(int x, int y) => (x + y) & 1;

    private static byte[][] PassRows(int width, int height, int depth) =>
    [
        .. from pass in Passes
           where pass.X < width
           from y in Enumerable.Range(0, height).Where(y => y >= pass.Y && (y - pass.Y) % pass.Down == 0)
           select Row([.. Enumerable.Range(0, width).Where(x => x >= pass.X && (x - pass.X) % pass.Right == 0).Select(x => Index(x, y))], depth),
    ];

    private static byte[] Row(int[] indices, int depth)
    {
        var row = new byte[((indices.Length * depth) + 7) / 8];
        for (var i = 0; i < indices.Length; i++)
        {
            row[i * depth / 8] |= (byte)(indices[i] << (8 - depth - (i * depth % 8)));
        }

        return row;
    }
}
