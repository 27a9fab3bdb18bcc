using System.Numerics;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

public sealed class UnpicklerTests
{
    [Theory]
    [InlineData("I-12\n.", -12)]
    [InlineData("J\u00fe\u00ff\u00ff\u00ff.", -2)]
    [InlineData("K\u00ff.", 255)]
    [InlineData("M\u0001\u0002.", 513)]
    [InlineData("L7L\n.", 7)]
    [InlineData("\u008a\u0000.", 0)]
    [InlineData("\u008a\u0001\u0080.", -128)]
    [InlineData("\u008b\u0002\u0000\u0000\u0000\u0000\u0080.", -32768)]
    public void Integers_of_every_form_are_read(string code, long expected) => Assert.Equal(expected, Pickled.Value(code).AsInteger());

    [Fact]
    public void An_integer_beyond_64_bits_keeps_its_value()
    {
        var value = Pickled.Value("L18446744073709551616L\n.");
        Assert.Equal(BigInteger.Pow(2, 64), value.AsBigInteger());
        Assert.Contains("an integer of 64 bits", Assert.Throws<CheckpointFormatException>(() => value.AsInteger()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F1.5\n.", 1.5)]
    [InlineData("F-inf\n.", double.NegativeInfinity)]
    [InlineData("Fnan\n.", double.NaN)]
    [InlineData("G\u0040\u0009\u0021\u00fb\u0054\u0044\u002d\u0018.", Math.PI)]
    public void Numbers_of_every_form_are_read(string code, double expected) => Assert.Equal(expected, Pickled.Load(code).AsNumber());

    [Theory]
    [InlineData("S'it\\'s \\x41\\n'\n.", "it's A\n")]
    [InlineData("S\"two\"\n.", "two")]
    [InlineData("T\u0002\u0000\u0000\u0000h\u00e9.", "h\u00e9")]
    [InlineData("U\u0002hi.", "hi")]
    [InlineData("Vsnow \\u2603 and \\U0001f600\n.", "snow \u2603 and \U0001f600")]
    [InlineData("X\u0003\u0000\u0000\u0000\u00e2\u0098\u0083.", "\u2603")]
    [InlineData("\u008c\u0002hi.", "hi")]
    [InlineData("\u008d\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0000hi.", "hi")]
    public void Texts_of_every_form_are_read(string code, string expected) => Assert.Equal(expected, Pickled.Load(code).AsText());

    [Theory]
    [InlineData("C\u0002\u00ff\u0000.")]
    [InlineData("B\u0002\u0000\u0000\u0000\u00ff\u0000.")]
    [InlineData("\u008e\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u00ff\u0000.")]
    [InlineData("\u0096\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u00ff\u0000.")]
    [InlineData("c_codecs\nencode\n(X\u0003\u0000\u0000\u0000\u00c3\u00bf\u0000X\u0006\u0000\u0000\u0000latin1tR.")]
    public void Bytes_of_every_form_are_read(string code) => Assert.Equal([0xff, 0], Pickled.Load(code).AsBytes());

    [Theory]
    [InlineData("N.", PyTorchValueKind.None)]
    [InlineData("\u0088.", PyTorchValueKind.Flag)]
    [InlineData("I01\n.", PyTorchValueKind.Flag)]
    [InlineData("].", PyTorchValueKind.List)]
    [InlineData("}.", PyTorchValueKind.Dictionary)]
    [InlineData("ctorch\nfloat32\n.", PyTorchValueKind.Text)]
    [InlineData("cargparse\nNamespace\n)\u0081.", PyTorchValueKind.Object)]
    [InlineData("ctorch\nSize\n.", PyTorchValueKind.Other)]
    public void A_value_says_what_it_is(string code, PyTorchValueKind kind) => Assert.Equal(kind, Pickled.Load(code).Kind);

    [Theory]
    [InlineData("(lI1\naI2\naI3\na.", "list")]
    [InlineData("(I1\nI2\nI3\nl.", "list")]
    [InlineData("](I1\nI2\nI3\ne.", "list")]
    [InlineData("(I1\nI2\nI3\nt.", "tuple")]
    [InlineData("I1\nI2\nI3\n\u0087.", "tuple")]
    [InlineData("\u008f(I1\nI2\nI3\n\u0090.", "set")]
    [InlineData("(I1\nI2\nI3\n\u0091.", "frozenset")]
    [InlineData("c__builtin__\nset\n((I1\nI2\nI3\nltR.", "set")]
    [InlineData("ctorch\nSize\n((I1\nI2\nI3\nttR.", "torch.Size")]
    [InlineData("I0\n0(I9\n1(I1\nI2\nI3\nt.", "tuple")]
    public void Containers_keep_their_order_and_class(string code, string className)
    {
        var value = Pickled.Load(code);
        Assert.Equal(className, value.ClassName);
        Assert.Equal([1, 2, 3], value.Items.Select(item => item.AsInteger()));
    }

    [Theory]
    [InlineData("(VA\nI1\nVB\nI2\nd.")]
    [InlineData("}VA\nI1\nsVB\nI2\ns.")]
    [InlineData("}(VA\nI1\nVB\nI2\nu.")]
    [InlineData("ccollections\nOrderedDict\n((lp0\n(lp1\nVA\naI1\naa(lp2\nVB\naI2\naatR.")]
    [InlineData("cargparse\nNamespace\n)\u0081}(VA\nI1\nVB\nI2\nub.")]
    [InlineData("ccopy_reg\n_reconstructor\n(cargparse\nNamespace\nc__builtin__\nobject\nNtR}(VA\nI1\nVB\nI2\nub.")]
    [InlineData("(cargparse\nNamespace\no}(VA\nI1\nVB\nI2\nub.")]
    [InlineData("(iargparse\nNamespace\n}(VA\nI1\nVB\nI2\nub.")]
    public void Dictionaries_and_fields_are_found_by_name(string code)
    {
        var value = Pickled.Load(code);
        Assert.Equal(["A", "B"], value.Names);
        Assert.Equal([1, 2], value.Entries.Select(entry => entry.Value.AsInteger()));
        Assert.Equal(2, value["B"].AsInteger());
        Assert.Null(value.Find("C"));
        Assert.Contains($"'{Pickled.File}': $ has no 'C'", Assert.Throws<CheckpointFormatException>(() => value["C"]).Message, StringComparison.Ordinal);
        Assert.Contains("$.A must be a text, and is an integer", Assert.Throws<CheckpointFormatException>(() => value["A"].AsText()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_equal_in_Python_are_one()
    {
        var value = Pickled.Load("}(I1\nVint\nI01\nVflag\nF1.0\nVnumber\nF1.5\nVother\nu.");
        Assert.Equal(["number", "other"], value.Entries.Select(entry => entry.Value.AsText()));
    }

    [Fact]
    public void Many_keys_are_told_apart_by_content()
    {
        var keys = Enumerable.Range(0, 300).SelectMany(i => new[] { Int(i), Unicode($"{i}"), Integers(i, i), Binary([(byte)i, (byte)(i >> 8)]), $"F{i}.5\n" });
        var twice = string.Concat(keys.Concat(keys).Select(key => key + "N"));
        Assert.Equal(1500, Pickled.Load($"}}({twice}u.").Entries.Count());
    }

    [Fact]
    public void The_memo_gives_the_same_value_again()
    {
        var value = Pickled.Load("]((lp7\n\u0094q\u0001h\u0001g7\nj\u0001\u0000\u0000\u0000VA\nae.");
        Assert.Equal(4, value.Items.Count);
        Assert.All(value.Items, item => Assert.Same(value.Items[0].Raw, item.Raw));
    }

    [Fact]
    public void A_value_that_holds_itself_is_read()
    {
        var value = Pickled.Load("]q\u0000h\u0000a.");
        Assert.Same(value.Raw, value.Items[0].Raw);
    }

    [Theory]
    [InlineData("", "cut short")]
    [InlineData("N", "cut short")]
    [InlineData(".", "underflow")]
    [InlineData("0.", "underflow")]
    [InlineData("t.", "no")]
    [InlineData("(I1\ns.", "underflow")]
    [InlineData("g5\n.", "memo's entry 5")]
    [InlineData("g-1\n.", "memo index")]
    [InlineData("Ione\n.", "'one'")]
    [InlineData("Ftwo\n.", "'two'")]
    [InlineData("S'open\n.", "quotes")]
    [InlineData("S'\\q'\n.", "unknown escape")]
    [InlineData("V\\ud8\n.", "escape")]
    [InlineData("X\u0001\u0000\u0000\u0000\u00ff.", "UTF-8")]
    [InlineData("T\u00ff\u00ff\u00ff\u00ff.", "negative size")]
    [InlineData("\u0080\u0006.", "unsupported protocol 6")]
    [InlineData("\u00ff.", "0xff")]
    [InlineData("}]Ns.", "a list can't be one")]
    [InlineData("}(Nu.", "key without a value")]
    [InlineData("}Na.", "wrong type")]
    [InlineData("]N\u0090.", "mark")]
    [InlineData("](N\u0090.", "needs a set")]
    [InlineData("PA\n.", "persistent id")]
    [InlineData("(tQ.", "persistent id")]
    [InlineData("\u0097.", "buffer")]
    [InlineData("ctorch\nSize\n(VA\ntR.", "needs a tuple of integers")]
    [InlineData("ctorch\nSize\n)R.", "needs 1 arguments, and has 0")]
    public void A_broken_pickle_is_refused_with_its_place(string code, string said)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => _ = Pickled.Load(code));
        Assert.Contains(Pickled.File, error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }
}
