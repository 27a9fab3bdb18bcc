using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>The managed product over panels that these tests lay out themselves, whatever the processor.</summary>
public sealed unsafe class PanelProductTests
{
    private const float Guard = 12345;

    [Theory]
    [InlineData(nameof(PanelType.Float32), PanelWeight.Wide)]
    [InlineData(nameof(PanelType.Float32), PanelWeight.Narrow)]
    [InlineData(nameof(PanelType.BFloat16), PanelWeight.Wide)]
    [InlineData(nameof(PanelType.Int8), PanelWeight.Wide)]
    public void Every_number_of_rows_gives_the_scalar_product_and_nothing_beyond(string type, int width)
    {
        foreach (var (outputs, inputs) in new[] { (64, 16), (65, 7), (130, 33), (1, 1) })
        {
            using var panels = new Panels(Enum.Parse<PanelType>(type), width, outputs, inputs);
            for (var rows = 1; rows <= 8; rows++)
            {
                var x = Values(rows * inputs, 3);
                var bias = Values(outputs, 5);
                foreach (var accumulate in new[] { false, true })
                {
                    var y = Enumerable.Repeat(Guard, (rows * outputs) + 100).ToArray();
                    Multiply(panels.Weight, bias, x, rows, y, accumulate);
                    for (var i = 0; i < rows * outputs; i++)
                    {
                        var expected = panels.Scalar(x.AsSpan(i / outputs * inputs, inputs), i % outputs) + bias[i % outputs] + (accumulate ? Guard : 0);
                        Assert.Equal(expected, y[i], 1e-2);
                    }

                    Assert.All(y[(rows * outputs)..], value => Assert.Equal(Guard, value));
                }
            }
        }
    }

    /// <summary>More rows than one reading serves go through in blocks of inputs, and more than some blocks' sums hold in turns; each row is what it is alone.</summary>
    [Theory]
    [InlineData(nameof(PanelType.Float32), PanelWeight.Wide)]
    [InlineData(nameof(PanelType.Float32), PanelWeight.Narrow)]
    [InlineData(nameof(PanelType.BFloat16), PanelWeight.Wide)]
    [InlineData(nameof(PanelType.Int8), PanelWeight.Wide)]
    public void Many_rows_and_inputs_give_bit_for_bit_what_each_row_gives_alone(string type, int width)
    {
        foreach (var (outputs, inputs) in new[] { (1200, 256), (70, 257), (200, 701) })
        {
            using var panels = new Panels(Enum.Parse<PanelType>(type), width, outputs, inputs);
            foreach (var rows in new[] { 6, 50, 59, 60, 61, 63, 128 })
            {
                var (x, bias) = (Values(rows * inputs, 3), Values(outputs, 5));
                var y = Enumerable.Repeat(Guard, (rows * outputs) + 100).ToArray();
                Multiply(panels.Weight, bias, x, rows, y, accumulate: false);
                for (var row = 0; row < rows; row++)
                {
                    var alone = new float[outputs];
                    Multiply(panels.Weight, bias, x[(row * inputs)..((row + 1) * inputs)], 1, alone, accumulate: false);
                    Assert.Equal(alone, y[(row * outputs)..((row + 1) * outputs)]);
                }

                Assert.All(y[(rows * outputs)..], value => Assert.Equal(Guard, value));
            }

            Assert.Equal(panels.Scalar(Values(inputs, 3), outputs - 1), Alone(panels.Weight, Values(inputs, 3))[outputs - 1], 1e-2);
        }
    }

    [Fact]
    public void Activations_come_behind_the_bias()
    {
        using var panels = new Panels(PanelType.Float32, PanelWeight.Wide, 70, 9);
        var (x, bias, y) = (Values(9, 3), Values(70, 5), new float[70]);
        fixed (float* input = x, offset = bias, output = y)
        {
            PanelProduct.Multiply(panels.Weight, offset, input, 1, output, addend: null, Activation.QuickGelu.Kernel());
        }

        for (var i = 0; i < y.Length; i++)
        {
            var z = panels.Scalar(x, i) + bias[i];
            Assert.Equal(z / (1 + Math.Exp(-1.702 * z)), y[i], 1e-3);
        }
    }

    [Theory]
    [InlineData(nameof(PanelType.Float32), PanelWeight.Wide)]
    [InlineData(nameof(PanelType.Float32), PanelWeight.Narrow)]
    [InlineData(nameof(PanelType.BFloat16), PanelWeight.Wide)]
    [InlineData(nameof(PanelType.Int8), PanelWeight.Wide)]
    public void Some_outputs_alone_are_those_of_the_whole_product(string type, int width)
    {
        using var panels = new Panels(Enum.Parse<PanelType>(type), width, 330, 21);
        var (x, bias, whole) = (Values(21, 3), Values(330, 5), new float[330]);
        Multiply(panels.Weight, bias, x, 1, whole, accumulate: false);
        OutputRun[] runs = [new(0, 16), new(100, 60), new(310, 20)];
        var some = PanelProduct.Sample(panels.Weight, bias, x, runs);
        Assert.All(runs, run => Assert.Equal(whole[run.Begin..(run.Begin + run.Count)], some[run.Begin..(run.Begin + run.Count)]));
        Assert.Contains(Enumerable.Range(0, 330), output => some[output] == 0 && whole[output] != 0);
    }

    [Fact]
    public void The_number_of_rows_up_to_which_it_is_the_way_to_go_is_known_for_each_type() =>
        Assert.All(Enum.GetValues<PanelType>(), type => Assert.InRange(PanelProduct.MaxRows(type, PanelWeight.Wide), 5, 400));

    private static float[] Alone(PanelWeight weight, float[] x)
    {
        var y = new float[weight.OutFeatures];
        Multiply(weight, new float[weight.OutFeatures], x, 1, y, accumulate: false);
        return y;
    }

    private static void Multiply(PanelWeight weight, float[] bias, float[] x, int rows, float[] y, bool accumulate)
    {
        fixed (float* input = x, offset = bias, output = y)
        {
            PanelProduct.Multiply(weight, offset, input, rows, output, accumulate ? output : null);
        }
    }

    /// <summary>Small whole numbers, which every type holds.</summary>
    private static float[] Values(int count, int factor) => [.. Enumerable.Range(0, count).Select(i => (float)((((i * factor) + 1) % 15) - 7))];

    private sealed class Panels : IDisposable
    {
        private readonly float[] _values;
        private readonly float[] _scales;
        private readonly int _inputs;
        private readonly void* _memory;
        private readonly GCHandle _pinned;

        public Panels(PanelType type, int width, int outputs, int inputs)
        {
            (_inputs, _values) = (inputs, Values(outputs * inputs, 7));
            _scales = [.. Enumerable.Range(0, outputs).Select(output => type == PanelType.Int8 ? 1 + (output / 64f) : 1)];
            var size = type switch { PanelType.Float32 => 4, PanelType.BFloat16 => 2, PanelType.Int8 => 1, _ => throw new ArgumentOutOfRangeException(nameof(type)) };
            var panel = (inputs + 1) / 2 * 2L * width * size;
            var count = (outputs + width - 1) / width;
            _memory = NativeMemory.AlignedAlloc((nuint)(panel * count), 64);
            NativeMemory.Clear(_memory, (nuint)(panel * count));
            _pinned = GCHandle.Alloc(_scales, GCHandleType.Pinned);
            Weight = new PanelWeight((nint)_memory, type, width, inputs, outputs, panel, type == PanelType.Int8 ? _pinned.AddrOfPinnedObject() : 0);
            for (var i = 0; i < _values.Length; i++)
            {
                Put((byte*)_memory + (i / inputs / width * panel), type, width, i / inputs % width, i % inputs, _values[i]);
            }
        }

        public PanelWeight Weight { get; }

        public double Scalar(ReadOnlySpan<float> x, int output)
        {
            var sum = 0.0;
            for (var i = 0; i < _inputs; i++)
            {
                sum += (double)x[i] * _values[(output * _inputs) + i];
            }

            return sum * _scales[output];
        }

        public void Dispose()
        {
            NativeMemory.AlignedFree(_memory);
            _pinned.Free();
        }

        private static void Put(byte* panel, PanelType type, int width, int column, int input, float value)
        {
            switch (type)
            {
                case PanelType.Float32:
                    ((float*)panel)[(input * width) + column] = value;
                    break;
                case PanelType.BFloat16:
                    ((ushort*)panel)[(input / 2 * 2 * width) + (column * 2) + (input % 2)] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
                    break;
                case PanelType.Int8:
                    ((sbyte*)panel)[(input * width) + column] = (sbyte)value;
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(type));
            }
        }
    }
}
