using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

/// <summary>The figures of a checkpoint of the reference program. JSON has no NaN: null stands for it where <c>NAME_is_nan</c> is true, and else for None.</summary>
internal static class ReferenceFigures
{
    public static readonly IReadOnlyList<string> Names = ["train_loss", "validation_loss", "validation_bert_precision", "validation_bert_recall", "validation_bert_f1_score"];

    /// <summary>Compares a figure with a file's.</summary>
    public static void Check(Tracked expected, string name, PyTorchValue actual)
    {
        if (IsNaN(expected, name))
        {
            Assert.True(double.IsNaN(actual.AsNumber()), $"{name} isn't NaN.");
            return;
        }

        PyTorchValues.Check(expected[name], actual);
        Assert.False(actual.Kind != PyTorchValueKind.None && double.IsNaN(actual.AsNumber()), $"{name} is NaN.");
    }

    /// <summary>The figure, as metadata have it: null for None and NaN.</summary>
    public static double? InMetadata(Tracked expected, string name) => IsNaN(expected, name) ? null : expected[name].NumberOrNull();

    private static bool IsNaN(Tracked expected, string name)
    {
        if (expected.Find(name + "_is_nan")?.Flag() != true)
        {
            return false;
        }

        Assert.True(expected[name].NumberOrNull() is null or double.NaN, $"{name} is said to be NaN, and is a number.");
        return true;
    }
}
