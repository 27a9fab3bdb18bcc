using ClipGpt2.Captioning.Images;
using SkiaSharp;

namespace TrainScenes.Scenes;

/// <summary>Draws scenes with SkiaSharp.</summary>
/// <remarks>Things lie within the square in the middle, which is what CLIP's preprocessing keeps of a picture. Safe from any number of threads.</remarks>
internal static class SceneDrawing
{
    /// <summary>A picture's width in pixels.</summary>
    public const int Width = 160;

    /// <summary>A picture's height in pixels.</summary>
    public const int Height = 120;

    private const int StarPoints = 5;
    private const float StarWaist = 0.45f;
    private const float CrossArm = 1 / 3f;
    private const float RingThickness = 0.3f;

    /// <summary>The picture as a JPEG file.</summary>
    public static byte[] DrawJpeg(Scene scene)
    {
        const int Quality = 95;
        using var bitmap = Paint(scene);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return encoded.ToArray();
    }

    /// <summary>The pixels that come out of the JPEG file: a captioner that was trained on the drawing itself takes some stars for crosses where JPEG has blurred their tips.</summary>
    public static RgbImage Draw(Scene scene)
    {
        using var decoded = new SkiaImageDecoder().Decode(DrawJpeg(scene));
        return decoded.ToRgb();
    }

    private static SKBitmap Paint(Scene scene)
    {
        var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Rgb(scene.Background));
        Paint(canvas, scene.First, scene.FirstPlace);
        Paint(canvas, scene.Second, scene.SecondPlace);
        return bitmap;
    }

    private static void Paint(SKCanvas canvas, Thing thing, Place place)
    {
        using var paint = new SKPaint { Color = Rgb(thing.Colour), IsAntialias = true };
        using var outline = Outline(thing.Shape);
        canvas.Save();
        canvas.Translate(place.X, place.Y);
        canvas.Scale(place.Radius);
        canvas.DrawPath(outline, paint);
        canvas.Restore();
    }

    /// <summary>A shape around 0 that reaches from -1 to 1.</summary>
    private static SKPath Outline(Shape shape)
    {
        var path = new SKPath { FillType = SKPathFillType.EvenOdd };
        switch (shape)
        {
            case Shape.Circle:
                path.AddCircle(0, 0, 1);
                break;
            case Shape.Square:
                path.AddRect(new SKRect(-1, -1, 1, 1));
                break;
            case Shape.Triangle:
                path.AddPoly([new(0, -1), new(1, 1), new(-1, 1)]);
                break;
            case Shape.Star:
                path.AddPoly([.. Enumerable.Range(0, 2 * StarPoints).Select(StarCorner)]);
                break;
            case Shape.Cross:
                path.AddPoly([.. CrossCorners()]);
                break;
            default:
                path.AddCircle(0, 0, 1);
                path.AddCircle(0, 0, 1 - RingThickness);
                break;
        }

        return path;
    }

    /// <summary>Tips and waists in turn, the first tip on top.</summary>
    private static SKPoint StarCorner(int index)
    {
        var (sin, cos) = MathF.SinCos(index * MathF.PI / StarPoints);
        var radius = index % 2 == 0 ? 1 : StarWaist;
        return new SKPoint(radius * sin, -radius * cos);
    }

    private static IEnumerable<SKPoint> CrossCorners()
    {
        // One arm's three corners, turned round four times.
        SKPoint[] corners = [new(CrossArm, -CrossArm), new(CrossArm, -1), new(-CrossArm, -1)];
        for (var quarter = 0; quarter < 4; quarter++)
        {
            foreach (var corner in corners)
            {
                yield return corner;
            }

            corners = Array.ConvertAll(corners, c => new SKPoint(c.Y, -c.X));
        }
    }

    private static SKColor Rgb(Colour colour) => colour switch
    {
        Colour.Red => new(220, 40, 40),
        Colour.Green => new(40, 170, 60),
        Colour.Blue => new(40, 70, 220),
        Colour.Yellow => new(230, 210, 40),
        Colour.Purple => new(140, 50, 170),
        Colour.Orange => new(240, 140, 30),
        Colour.White => new(240, 240, 240),
        _ => new(25, 25, 25),
    };

    private static SKColor Rgb(Background background) => background switch
    {
        Background.Grass => new(120, 160, 90),
        Background.Sky => new(150, 190, 230),
        Background.Gray => new(128, 128, 128),
        _ => new(222, 203, 160),
    };
}
