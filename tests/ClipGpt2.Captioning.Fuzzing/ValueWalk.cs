using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>Asks a file's values for all that they tell.</summary>
internal static class ValueWalk
{
    /// <summary>Values may hold themselves, and each other many times.</summary>
    private const int MostLevels = 12;

    private const int MostValues = 20_000;

    public static void Over(PyTorchValue root)
    {
        var left = MostValues;
        Over(root, 0, ref left);
    }

    private static void Over(PyTorchValue value, int level, ref int left)
    {
        if (level > MostLevels || --left < 0)
        {
            return;
        }

        _ = (value.ClassName, value.Names.Count());
        Take(value);
        foreach (var (key, entry) in value.Entries)
        {
            Over(key, level + 1, ref left);
            Over(entry, level + 1, ref left);
        }

        foreach (var item in value.Items)
        {
            Over(item, level + 1, ref left);
        }
    }

    private static void Take(PyTorchValue value)
    {
        switch (value.Kind)
        {
            case PyTorchValueKind.Integer:
                _ = value.AsBigInteger();
                _ = value.AsNumber();
                break;
            case PyTorchValueKind.Text:
                _ = value.AsText();
                break;
            case PyTorchValueKind.Bytes:
                _ = value.AsBytes();
                break;
            case PyTorchValueKind.Tensor:
                value.AsTensor().Dispose();
                break;
            default:
                break;
        }
    }
}
