using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Tests.Runtime.Kernels;

public sealed class SignalTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void What_was_raised_before_is_not_waited_for()
    {
        var signal = new Signal();
        signal.Raise();
        Assert.Equal(1, signal.Count);
        Assert.True(signal.Await(seen: 0, watching: TimeSpan.Zero, sleeping: TimeSpan.Zero));
    }

    [Fact]
    public void A_signal_that_stays_away_is_given_up() =>
        Assert.False(new Signal().Await(seen: 0, watching: TimeSpan.FromMilliseconds(1), sleeping: TimeSpan.FromMilliseconds(1)));

    /// <summary>A wake-up that is lost between looking and falling asleep would leave one of the two asleep for ever.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 20)]
    [InlineData(5, 5)]
    [InlineData(60_000_000, 0)]
    public void Two_threads_that_wake_each_other_in_turn_lose_no_signal(int watchingOfOne, int watchingOfOther)
    {
        const int Rounds = 20_000;
        var (there, back) = (new Signal(), new Signal());
        var answered = 0;
        var other = new Thread(() =>
        {
            for (var seen = 0; seen < Rounds && there.Await(seen, TimeSpan.FromMicroseconds(watchingOfOther), Long); seen++)
            {
                answered++;
                back.Raise();
            }
        });
        other.Start();
        for (var seen = 0; seen < Rounds; seen++)
        {
            there.Raise();
            Assert.True(back.Await(seen, TimeSpan.FromMicroseconds(watchingOfOne), Long), $"Signal {seen} of {Rounds} was lost.");
        }

        other.Join();
        Assert.Equal(Rounds, answered);
    }
}
