using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Earlier;

/// <summary>Captioners' folders that an earlier version saved.</summary>
public sealed class EarlierCaptionerTests
{
    public static TheoryData<string> Names => EarlierFiles.Names("captioners");

    [Theory]
    [MemberData(nameof(Names))]
    public void An_earlier_folder_says_what_it_said(string name)
    {
        using var captioner = Captioner.FromPretrained(EarlierFiles.Captioner(name));
        EarlierFiles.AssertSays(EarlierFiles.Expected("captioners", name), captioner);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Saved_again_it_says_the_same(string name)
    {
        using var folder = new TemporaryFolder();
        using (var captioner = Captioner.FromPretrained(EarlierFiles.Captioner(name)))
        {
            captioner.Save(folder.Path);
        }

        using var copy = Captioner.FromPretrained(folder.Path);
        EarlierFiles.AssertSays(EarlierFiles.Expected("captioners", name), copy);
    }

    [Fact]
    public void What_a_description_says_of_pictures_is_followed()
    {
        using var captioner = Captioner.FromPretrained(EarlierFiles.Captioner("squash"));
        var options = captioner.Encoder.Preprocessor.Options;
        Assert.Equal((new ImageSize(20, 28), ImageTransform.OpenAi), (options.Squash, options.Transform));
    }

    [Fact]
    public void Another_reading_of_GPT2_than_the_recorded_one_says_something_else()
    {
        using var captioner = Captioner.FromPretrained(EarlierFiles.Captioner("squash"), new CaptionerOptions { Compatibility = ModelCompatibility.Transformers5 });
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => EarlierFiles.AssertSays(EarlierFiles.Expected("captioners", "squash"), captioner));
    }

    [Fact]
    public void Another_search_than_the_recorded_one_says_something_else()
    {
        using var captioner = Captioner.FromPretrained(EarlierFiles.Captioner("search"), new CaptionerOptions { Decoding = { MaxLength = 5 } });
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => EarlierFiles.AssertSays(EarlierFiles.Expected("captioners", "search"), captioner));
    }
}
