using System.Numerics;
using System.Globalization;
using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights.PyTorch;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

/// <summary>Compares plain values with the folder's notation: what JSON lacks stands in an object of one member, its kind.</summary>
internal static class PyTorchValues
{
    /// <summary>A file's value: in the notation, or a few of its members by name.</summary>
    public static void CheckRoot(Tracked expected, PyTorchValue actual)
    {
        if (expected.Find("dict") is not null)
        {
            Check(expected, actual);
            return;
        }

        Assert.All(expected.Names, name => Check(expected[name], actual[name]));
    }

    public static void Check(Tracked expected, PyTorchValue actual)
    {
        switch (expected.Kind)
        {
            case JsonValueKind.Null:
                Assert.True(expected.IsNull);
                Assert.Equal(PyTorchValueKind.None, actual.Kind);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.Equal(expected.Flag(), actual.AsFlag());
                break;
            case JsonValueKind.Number when actual.Kind == PyTorchValueKind.Integer:
                Assert.Equal(expected.Integer(), actual.AsInteger());
                break;
            case JsonValueKind.Number:
                Assert.Equal(expected.Number(), actual.AsNumber());
                break;
            case JsonValueKind.String:
                Assert.Equal(expected.Text(), actual.AsText());
                break;
            case JsonValueKind.Array when actual.Kind == PyTorchValueKind.Tensor:
                CheckArray(expected, actual);
                break;
            case JsonValueKind.Array:
                CheckItems(expected, actual, "list");
                break;
            default:
                var kind = Assert.Single(expected.Names);
                CheckKind(kind, expected[kind], actual);
                break;
        }
    }

    private static void CheckKind(string kind, Tracked expected, PyTorchValue actual)
    {
        switch (kind)
        {
            case "int":
                Assert.Equal(BigInteger.Parse(expected.Text(), CultureInfo.InvariantCulture), actual.AsBigInteger());
                break;
            case "float":
                CheckNumber(expected.Text(), actual.AsNumber());
                break;
            case "bytes" or "bytearray":
                Assert.Equal(expected.Text(), Convert.ToHexStringLower(actual.AsBytes()));
                break;
            case "dtype" or "device":
                Assert.Equal("torch." + kind, actual.ClassName);
                Assert.Equal(expected.Text(), actual.AsText());
                break;
            case "dict" or "OrderedDict":
                CheckEntries(kind == "dict" ? kind : "collections." + kind, expected, actual);
                break;
            default:
                CheckItems(expected, actual, kind);
                break;
        }
    }

    /// <summary>Bit for bit, but for NaN, of which there are many.</summary>
    private static void CheckNumber(string text, double actual)
    {
        if (text == "nan")
        {
            Assert.True(double.IsNaN(actual), $"{actual} isn't NaN.");
            return;
        }

        var expected = text switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));
    }

    private static void CheckItems(Tracked expected, PyTorchValue actual, string className)
    {
        Assert.Equal(className, actual.ClassName);
        var (wanted, items) = (expected.Items(), actual.Items);
        Assert.Equal(wanted.Count, items.Count);
        Assert.All(wanted.Zip(items), pair => Check(pair.First, pair.Second));
    }

    private static void CheckEntries(string className, Tracked expected, PyTorchValue actual)
    {
        Assert.Equal(className, actual.ClassName);
        var (wanted, entries) = (expected.Items(), actual.Entries.ToList());
        Assert.Equal(wanted.Count, entries.Count);
        foreach (var (pair, (key, value)) in wanted.Zip(entries))
        {
            Check(pair.Items()[0], key);
            Check(pair.Items()[1], value);
        }
    }

    /// <summary>An array of NumPy with two dimensions.</summary>
    private static void CheckArray(Tracked expected, PyTorchValue actual)
    {
        using var array = actual.AsTensor();
        using var numbers = array.to_type(torch.ScalarType.Float64);
        Assert.Equal(expected.Items().SelectMany(row => row.Numbers()), numbers.data<double>());
        Assert.Equal(expected.Items().Count, array.shape[0]);
    }
}
