namespace TrainScenes.Scenes;

/// <summary>Makes up scenes: each number has its own, which the seed decides.</summary>
internal sealed class SceneGenerator(long seed, SceneKind kind)
{
    // Things keep clear of the border and of each other, and stand nearly in a line, so that every relation is beyond dispute.
    private const float SmallestRadius = 12;
    private const float LargestRadius = 24;
    private const float Clearance = 3;
    private const float Slant = 0.4f;

    /// <summary>The scene of a number.</summary>
    public Scene this[long index]
    {
        get
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
    }

    private static Scene Draw(ref SceneRandom random)
    {
        var first = new Thing(random.Next<Colour>(), random.Next<Shape>());
        var second = new Thing(random.Next<Colour>(), random.Next<Shape>());
        var relation = random.Next<Relation>();
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

    /// <summary>Whether the first place has the relation to the second.</summary>
    private static bool Holds(Relation relation, Place first, Place second)
    {
        var (x, y) = (second.X - first.X, second.Y - first.Y);
        var (along, across) = relation switch
        {
            Relation.LeftOf => (x, y),
            Relation.RightOf => (-x, y),
            Relation.Above => (y, x),
            _ => (-y, x),
        };
        return along >= first.Radius + second.Radius + Clearance && Math.Abs(across) <= Slant * along;
    }
}
