namespace TrainScenes.Scenes;

/// <summary>Makes up scenes: each number has its own, which the seed decides.</summary>
/// <remarks>The first thing is the left or the upper one, as people read pictures, so that nothing but the picture decides how a caption begins.</remarks>
internal sealed class SceneGenerator(long seed, SceneKind kind)
{
    // Things keep clear of the border and of each other, and stand nearly in a line, so that every relation is beyond dispute.
    private const float SmallestRadius = 14;
    private const float LargestRadius = 28;
    private const float Clearance = 3;
    private const float Slant = 0.4f;

    // Where things stand in scenes without variety, from the middle, and how large they are.
    private const float UsualDistance = 33;
    private const float UsualRadius = 22;

    /// <summary>The scene of a number.</summary>
    public Scene this[long index] => Draw(index);

    /// <summary>The scene of a number with its things at the same places and of the same size as in all others (0), at their own (1), or in between.</summary>
    public Scene WithVariety(long index, float variety)
    {
        var scene = Draw(index);
        var (x, y) = scene.Relation == Relation.LeftOf ? (UsualDistance, 0f) : (0, UsualDistance);
        return scene with { FirstPlace = Between(Usual(-x, -y), scene.FirstPlace, variety), SecondPlace = Between(Usual(x, y), scene.SecondPlace, variety) };
    }

    private Scene Draw(long index)
    {
        var random = new SceneRandom(seed, index);
        while (true)
        {
            var scene = Draw(ref random);
            if (scene.First != scene.Second && (kind == SceneKind.Any || scene.IsHeldOut == (kind == SceneKind.HeldOut)))
            {
                return scene;
            }
        }
    }

    private static Scene Draw(ref SceneRandom random)
    {
        var first = new Thing(random.Next<Colour>(), random.Next<Shape>());
        var second = new Thing(random.Next<Colour>(), random.Next<Shape>());
        var relation = random.Next(2) == 0 ? Relation.LeftOf : Relation.Above;
        var background = random.Next<Background>();
        while (true)
        {
            var (here, there) = (DrawPlace(ref random), DrawPlace(ref random));
            if (Holds(relation, here, there))
            {
                return new Scene(first, relation, second, background, here, there);
            }
        }
    }

    private static Place DrawPlace(ref SceneRandom random)
    {
        var radius = random.Next(SmallestRadius, LargestRadius);
        var free = (SceneDrawing.Height / 2f) - radius - Clearance;
        return new Place((SceneDrawing.Width / 2f) + random.Next(-free, free), (SceneDrawing.Height / 2f) + random.Next(-free, free), radius);
    }

    private static Place Usual(float x, float y) => new((SceneDrawing.Width / 2f) + x, (SceneDrawing.Height / 2f) + y, UsualRadius);

    /// <summary>What holds for both ends holds between them: neither the border nor the other thing is touched.</summary>
    private static Place Between(Place from, Place to, float share) =>
        new(float.Lerp(from.X, to.X, share), float.Lerp(from.Y, to.Y, share), float.Lerp(from.Radius, to.Radius, share));

    /// <summary>Whether the first place has the relation to the second.</summary>
    private static bool Holds(Relation relation, Place first, Place second)
    {
        var (x, y) = (second.X - first.X, second.Y - first.Y);
        var (along, across) = relation == Relation.LeftOf ? (x, y) : (y, x);
        return along >= first.Radius + second.Radius + Clearance && Math.Abs(across) <= Slant * along;
    }
}
