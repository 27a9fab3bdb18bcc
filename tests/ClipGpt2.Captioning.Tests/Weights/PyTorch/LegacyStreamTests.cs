using ClipGpt2.Captioning.Weights;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>The older form of <c>torch.save</c>, as a file and within plain pickles.</summary>
public sealed class LegacyStreamTests
{
    private static readonly byte[] Three = Pickled.BytesOf(1f, 2, 3);
    private static readonly string Whole = Tensor(LegacyCode.Storage("94", 3), 0, [3], [1]);

    [Fact]
    public void Storages_follow_in_the_order_of_the_list_not_of_their_use()
    {
        var value = $"({Tensor(LegacyCode.Storage("b", 1), 0, [1], [1])}{Tensor(LegacyCode.Storage("a", 2), 0, [2], [1])}t";
        var read = Pickled.Load(LegacyCode.Stream(value, ("a", Pickled.BytesOf(1f, 2)), ("b", Pickled.BytesOf(3f))));
        Assert.Equal([3], Pickled.Elements<float>(read.Items[0], 1));
        Assert.Equal([1, 2], Pickled.Elements<float>(read.Items[1], 2));
    }

    [Fact]
    public void A_storage_may_be_a_part_of_another()
    {
        var part = Tensor(LegacyCode.Storage("94", 3, Tuple(Unicode("95"), Int(1), Int(2))), 0, [2], [1]);
        Assert.Equal([2, 3], Pickled.Elements<float>(Pickled.Load(LegacyCode.Stream(part, ("94", Three))), 2));
    }

    [Fact]
    public void A_plain_pickle_holds_each_storage_as_a_stream()
    {
        var stream = LegacyCode.Stream(LegacyCode.Storage("94", 3), ("94", Three));
        var storage = Call("torch.storage", "_load_from_bytes", Binary(stream));
        var value = Pickled.Load(Dictionary(("w", Tensor(storage, 1, [2], [1])), ("n", Int(5))) + ".");
        Assert.Equal([2, 3], Pickled.Elements<float>(value["w"], 2));
        Assert.Equal(5, value["n"].AsInteger());
    }

    [Fact]
    public void A_broken_stream_is_refused_for_its_reason()
    {
        AssertBad(Bytes(LegacyCode.Magic), "cut short");
        AssertBad(Bytes("I5\n."), "isn't the magic number");
        AssertBad(Bytes(LegacyCode.Magic + "I1002\n."), "version isn't 1001");
        AssertBad(LegacyCode.Stream(Whole), "'94', whose bytes are missing");
        AssertBad(LegacyCode.Stream(Whole, ("94", Three), ("94", Three)), "was listed before");
        AssertBad(LegacyCode.Stream(Whole, ("95", Three)), "which is missing in its value");
        AssertBad(LegacyCode.Stream(Whole, ("94", Pickled.BytesOf(1f))), "claims 1 elements, and the value that uses it 3");
        AssertBad(LegacyCode.Stream(Whole, ("94", Three))[..^1], "claims 12 bytes, and 11 are left");
        AssertBad(LegacyCode.Stream($"({Whole}{LegacyCode.Storage("94", 2)}t", ("94", Three)), "twice");
        AssertBad(LegacyCode.Stream(LegacyCode.Storage("94", 3, Tuple(Unicode("95"), Int(2), Int(2))), ("94", Three)), "out of bounds");
        AssertBad(LegacyCode.Stream(LegacyCode.Storage("94", 3, Tuple(Unicode("95"), Int(-1), Int(2))), ("94", Three)), "negative size");
        AssertBad(LegacyCode.Stream(Tuple(Unicode("storage"), Unicode("float"), Unicode("94"), Unicode("cpu"), Int(3), "N") + "Q", ("94", Three)), "isn't a storage's");
    }

    [Fact]
    public void A_stream_within_a_pickle_must_be_one_and_hold_one_storage()
    {
        AssertBad(Bytes(Call("torch.storage", "_load_from_bytes", Binary("N."u8)) + "."), "lacks the magic number");
        AssertBad(Bytes(Call("torch.storage", "_load_from_bytes", Binary(LegacyCode.Stream("N"))) + "."), "holds one storage");
        AssertBad(Bytes(Call("torch.storage", "_load_from_bytes", Binary([])) + "."), "cut short");
    }

    private static void AssertBad(byte[] file, string said) =>
        Assert.Contains(said, Assert.Throws<CheckpointFormatException>(() => _ = Pickled.Load(file)).Message, StringComparison.Ordinal);
}
