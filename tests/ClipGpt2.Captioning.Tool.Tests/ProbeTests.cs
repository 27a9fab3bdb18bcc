namespace ClipGpt2.Captioning.Probe;

public sealed class ProbeTests
{
    [Fact]
    public void Builds() => Assert.NotNull(typeof(CaptioningException).FullName);
}
