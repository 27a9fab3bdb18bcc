using System.Reflection;
using ClipGpt2.Captioning.Decoding;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>Every option can be left unset, and then holds what lies below.</summary>
public sealed class DecodingLayerTests
{
    private static readonly PropertyInfo[] Properties = typeof(DecodingOptions).GetProperties();

    public static TheoryData<string> Names => [.. Properties.Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_option_that_is_not_set_is_taken_from_below_and_one_that_is_stays(string name)
    {
        var property = Properties.Single(p => p.Name == name);
        var (above, below) = (new DecodingOptions(), new DecodingOptions());
        Assert.Null(property.GetValue(above));
        var (one, other) = Values(property.PropertyType);
        property.SetValue(below, other);
        Assert.Equal(other, property.GetValue(above.Over(below)));
        property.SetValue(above, one);
        Assert.Equal(one, property.GetValue(above.Over(below)));
        Assert.Equal(name, Assert.Single(above.SetOptions()).Key);
    }

    [Fact]
    public void Of_two_callers_the_nearer_ones_length_holds_whichever_way_it_is_said()
    {
        var near = new DecodingOptions { MaxLength = 12, MinLength = 3 }.OverCallers(new DecodingOptions { MaxNewTokens = 25, MinNewTokens = 9, Beams = 2 });
        Assert.Equal((12, null, 3, null, 2), (near.MaxLength, near.MaxNewTokens, near.MinLength, near.MinNewTokens, near.Beams));
        near = new DecodingOptions { MaxNewTokens = 7 }.OverCallers(new DecodingOptions { MaxLength = 12 });
        Assert.Equal(7, near.MaxNewTokens);
    }

    [Fact]
    public void Without_any_length_25_tokens_are_written_and_with_a_whole_length_it_holds_alone()
    {
        Assert.Equal(25, new DecodingOptions().WithDefaults().MaxNewTokens);
        Assert.Null(new DecodingOptions { MaxLength = 9 }.WithDefaults().MaxNewTokens);
    }

    [Fact]
    public void The_defaults_set_all_but_what_only_a_model_or_a_caller_can_know()
    {
        string[] open =
        [
            nameof(DecodingOptions.MaxLength), nameof(DecodingOptions.MinNewTokens), nameof(DecodingOptions.EndTokenIds), nameof(DecodingOptions.PadTokenId), nameof(DecodingOptions.Observer),
            nameof(DecodingOptions.ExponentialDecay), nameof(DecodingOptions.ImageNumbers), nameof(DecodingOptions.ImagePromptIds), nameof(DecodingOptions.StartTokenId),
        ];
        Assert.Equal(Properties.Select(p => p.Name).Except(open).Order(), new DecodingOptions().WithDefaults().SetOptions().Select(p => p.Key).Order());
    }

    [Fact]
    public void What_is_wrong_only_together_with_what_is_not_set_is_no_error_yet()
    {
        new DecodingOptions { ReturnedSequences = 8 }.Validate();
        using var decoder = new ScriptedDecoder(Search.Tables.Model(0));
        Assert.Contains("ReturnedSequences", Assert.Throws<CaptioningException>(() => decoder.Decode(new DecodingOptions { ReturnedSequences = 8 }, 0)).Message, StringComparison.Ordinal);
        Assert.Throws<CaptioningException>(() => new DecodingOptions { ReturnedSequences = 8, Beams = 3 }.Validate());
    }

    /// <summary>Two values of an option's type.</summary>
    private static (object One, object Other) Values(Type type) => Nullable.GetUnderlyingType(type) switch
    {
        { } plain when plain == typeof(int) => (1, 2),
        { } plain when plain == typeof(long) => (1L, 2L),
        { } plain when plain == typeof(double) => (0.25, 0.5),
        { } plain when plain == typeof(bool) => (false, true),
        { IsEnum: true } plain => (Enum.GetValues(plain).GetValue(0)!, Enum.GetValues(plain).GetValue(1)!),
        _ when type == typeof(LengthDecay) => (new LengthDecay(1, 1), new LengthDecay(2, 2)),
        _ when type == typeof(IDecodingObserver) => (new Watcher(), new Watcher()),
        _ => (Array.CreateInstance(type.GetGenericArguments()[0], 0), Array.CreateInstance(type.GetGenericArguments()[0], 1)),
    };

    private sealed class Watcher : IDecodingObserver;
}
