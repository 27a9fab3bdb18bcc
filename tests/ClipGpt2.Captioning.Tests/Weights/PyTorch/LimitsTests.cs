using System.Diagnostics;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Small files that would need much time or memory: they are refused soon.</summary>
public sealed class LimitsTests : IDisposable
{
    private const int Many = 100_000;
    private const long MostMemory = 200 << 20;

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Copies => ["list", "OrderedDict", "Size", "encode", "device", "PosixPath", "_load_from_bytes", "key", "bytes as key", "name"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Copies))]
    public void A_large_value_is_not_multiplied(string by)
    {
        var (value, use, said) = Multiplied(by);
        AssertRefused(Bytes($"{value}q\u0000({Repeated(use)}t."), said);
    }

    [Theory]
    [InlineData("X\u00ff\u00ff\u00ff\u007f")]
    [InlineData("T\u00ff\u00ff\u00ff\u007f")]
    [InlineData("B\u00ff\u00ff\u00ff\u007f")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u0096\u0000\u0000\u0000\u0000\u0001\u0000\u0000\u0000")]
    [InlineData("\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u007f")]
    public void A_length_is_compared_with_what_is_left(string code) => AssertRefused(Bytes(code + "x."), "2 are left");

    [Fact]
    public void Integers_have_a_longest_form()
    {
        AssertRefused(Bytes($"L{new string('9', 4301)}L\n."), "4301 digits");
        AssertRefused(Bytes($"\u008b\u0001\u0010\u0000\u0000{new string('\u0001', 4097)}."), "an integer of 4097 bytes");
        Assert.Equal(4300, Pickled.Value($"L{new string('9', 4300)}L\n.").AsBigInteger().ToString(provider: null).Length);
    }

    [Fact]
    public void Values_nest_up_to_a_limit()
    {
        Assert.Equal(PyTorchValueKind.List, Pickled.Load(Nested("I1\n", 100, "\u0085")).Kind);
        foreach (var wrap in new[] { "\u0085", "(l", "" })
        {
            // Lists and dictionaries that grow afterwards are limited when they are closed.
            var code = wrap.Length > 0 ? Nested("I1\n", Many, wrap) : $"{Repeated("](")}I1\n{Repeated("e")}.";
            AssertRefused(Bytes(code.Replace("(l", "q\u00000(h\u0000l", StringComparison.Ordinal)), "too deep");
        }
    }

    [Fact]
    public void Streams_within_streams_come_to_an_end()
    {
        var inner = LegacyCode.Stream(LegacyCode.Storage("0", 1), ("0", new byte[4]));
        for (var i = 0; i < 3; i++)
        {
            inner = LegacyCode.Stream(Call("torch.storage", "_load_from_bytes", Binary(inner)));
        }

        AssertRefused(inner, "too deep");
    }

    [Fact]
    public void Tuples_that_hold_the_same_tuple_twice_are_no_keys()
    {
        var doubled = string.Concat(Enumerable.Range(0, 60).Select(_ => "2\u0086"));
        AssertRefused(Bytes($"}}I1\n{doubled}Ns."), "a tuple can't be one");
        Assert.Equal(2, Pickled.Load($"I1\n{doubled}.").Items.Count);
    }

    [Fact]
    public void Names_that_grow_with_every_level_come_to_an_end()
    {
        var leaves = Tensor(Storage("FloatStorage", "0", 1), 0, [1], [1]) + "q\u0001](" + Repeated("h\u0001") + "e";
        var named = leaves + string.Concat(Enumerable.Repeat("q\u00020}h\u0000h\u0002s", 50));
        var file = _folder.File("model.pt");
        File.WriteAllBytes(file, TorchSaveArchive.Bytes($"{Unicode(new string('k', 4000))}q\u00000{named}.", ("data/0", new byte[4])));
        Assert.Contains("names of an implausible size", Assert.Throws<CheckpointFormatException>(() => PyTorchFile.Open(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_holds_the_same_list_a_thousand_times_on_every_level_is_refused()
    {
        var lists = "]" + string.Concat(Enumerable.Repeat("q\u00000](" + string.Concat(Enumerable.Repeat("h\u0000", 1000)) + "e", 10));
        var file = _folder.File("seed.pkl");
        File.WriteAllBytes(file, Bytes(Dictionary(("caption_model_state_dict", "}"), ("clip_config", Dictionary(("image_size", lists)))) + "."));
        AssertQuick(() => Assert.Contains("is more than 10000 values", Assert.Throws<CheckpointFormatException>(() => CaptionCheckpoint.Open(file)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Memo_indexes_may_be_far_apart_and_cost_nothing()
    {
        AssertQuick(() => Assert.Equal(1, Pickled.Value("I1\nr\u00ff\u00ff\u00ff\u00ff0j\u00ff\u00ff\u00ff\u00ff.").AsInteger()));
        var chosen = string.Concat(Enumerable.Range(0, Many).Select(i => $"p{i * 8_589_934_592L}\n"));
        AssertQuick(() => _ = Pickled.Load($"N{chosen}."));
    }

    [Fact]
    public void Numbers_with_equal_hashes_are_no_slower_as_keys()
    {
        // Both halves of these numbers are equal, so that .NET's own hash of each is 0.
        var keys = string.Concat(Enumerable.Range(0, Many / 2).Select(i => Int((long)i << 32 | (uint)i) + "N"));
        AssertQuick(() => Assert.Equal(Many / 2, Pickled.Load($"}}({keys}u.").Entries.Count()));
        var bytes = string.Concat(Enumerable.Range(0, Many / 2).Select(i => Binary(BitConverter.GetBytes(i)) + "N"));
        AssertQuick(() => Assert.Equal(Many / 2, Pickled.Load($"}}({bytes}u.").Entries.Count()));
    }

    /// <summary>A large value, and what copies, hashes or joins it again and again.</summary>
    private static (string Value, string Use, string Said) Multiplied(string by)
    {
        const string Copied = "again and again";
        var text = Unicode(new string('x', Many));
        return by switch
        {
            "list" => ($"]({Repeated("N")}e", "cbuiltins\nlist\nh\u0000\u0085R", Copied),
            "OrderedDict" => ($"}}({string.Concat(Enumerable.Range(0, Many).Select(i => Int(i) + "N"))}u", "ccollections\nOrderedDict\nh\u0000\u0085R", Copied),
            "Size" => (Tuple(Repeated("I1\n")), "ctorch\nSize\nh\u0000\u0085R", Copied),
            "encode" => (text, $"c_codecs\nencode\nh\u0000{Unicode("latin1")}\u0086R", Copied),
            "device" => (text, "ctorch\ndevice\nh\u0000K\u0001\u0086R", Copied),
            "PosixPath" => (text, "cpathlib\nPosixPath\nh\u0000h\u0000\u0086R", Copied),
            "_load_from_bytes" => (
                Binary(LegacyCode.Stream(LegacyCode.Storage("0", Many / sizeof(float)), ("0", new byte[Many]))), "ctorch.storage\n_load_from_bytes\nh\u0000\u0085R", Copied),
            "key" => (text, "}h\u0000Ns", "so long can't be one"),
            "bytes as key" => (Binary(new byte[Many]), "}h\u0000Ns", "bytes can't be one"),
            _ => (text, "h\u0000h\u0000\u0093", "isn't on the list"),
        };
    }

    private static string Repeated(string code) => string.Concat(Enumerable.Repeat(code, Many));

    private static string Nested(string inner, int levels, string wrap) => inner + string.Concat(Enumerable.Repeat(wrap, levels)) + ".";

    private static void AssertRefused(byte[] file, string said) => AssertQuick(() =>
    {
        var error = Assert.ThrowsAny<CheckpointFormatException>(() => _ = Pickled.Load(file));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 2000, "The message holds the file's values.");
    });

    private static void AssertQuick(Action action)
    {
        var (allocated, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        action();
        Assert.True(clock.Elapsed < LongestTime, $"It took {clock.Elapsed}.");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MostMemory, $"It took {GC.GetAllocatedBytesForCurrentThread() - allocated} bytes.");
    }
}
