using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed unsafe class HugePagesTests
{
    private const int Size = 9 << 20;

    [Theory]
    [InlineData(0, Size)]
    [InlineData(4096, Size - 8192)]
    [InlineData(13, 100)]
    [InlineData(13, Size - 13)]
    public void Advice_changes_no_content_and_a_range_without_a_whole_page_is_no_error(int offset, int bytes)
    {
        var memory = (byte*)NativeMemory.AlignedAlloc(Size, 4096);
        try
        {
            HugePages.AdviseUntouched(memory + offset, (nuint)bytes);
            var content = new byte[Size];
            new Random(1).NextBytes(content);
            content.CopyTo(new Span<byte>(memory, Size));
            HugePages.Move(memory + offset, bytes);
            Assert.True(content.AsSpan().SequenceEqual(new Span<byte>(memory, Size)));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public void Weights_may_be_freed_while_their_advice_waits()
    {
        var memory = NativeMemory.AlignedAlloc(Size, 4096);
        HugePages.AdviseSoon(new PanelWeight((nint)memory, PanelType.Float32, PanelWeight.Wide, 1024, 64, Size));
        NativeMemory.AlignedFree(memory);
        Thread.Sleep(500); // longer than the advice waits for more
        var again = new byte[Size];
        Array.Fill(again, (byte)7);
        Assert.Equal(-1, again.AsSpan().IndexOfAnyExcept((byte)7));
    }
}
