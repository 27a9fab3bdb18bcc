using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>The wrong values that the self-test hands out are wrong in what the suites compare.</summary>
[Trait("Golden", "harness")]
public sealed class SelfTestTests
{
    private static readonly GoldenTensor Table = new("table", "F32", [4, 1], [.. new float[] { 1, 1, 2, 2 }.SelectMany(BitConverter.GetBytes)]);

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    public void A_wrong_index_leads_to_another_row(int index, int wrong)
    {
        Assert.Equal(index, Leaf($"{index}", perturbed: false).Index(Table.OtherRow));
        Assert.Equal(wrong, Leaf($"{index}", perturbed: true).Index(Table.OtherRow));
        Assert.Equal([wrong, 1], Leaf($"[{index}, 1]", perturbed: true).Indices(Table.OtherRow));
    }

    [Fact]
    public void An_index_into_rows_that_are_all_alike_is_no_value_to_test()
    {
        var reads = new Reads("leaf");
        Assert.Equal(1, new Tracked(Json("1"), reads, "leaf").Index((Table with { Data = new byte[16] }).OtherRow));
        Assert.Empty(reads.Compared);
    }

    [Theory]
    [InlineData("F32", 4)]
    [InlineData("I64", 8)]
    [InlineData("F16", 2)]
    [InlineData("U8", 1)]
    public void A_wrong_tensor_is_wrong_in_an_element_that_counts(string type, int size)
    {
        var tensor = new GoldenTensor("tensor", type, [6], new byte[6 * size]);
        var wrong = tensor.Perturbed(element => element is 0 or 5).Data;
        Assert.Equal([5], Enumerable.Range(0, 6).Where(element => wrong.AsSpan(element * size, size).ContainsAnyExcept((byte)0)));
    }

    [Fact]
    public void A_wrong_value_is_none_that_means_the_same()
    {
        Assert.Equal(1, Leaf("9", perturbed: false).Integer(v => v is >= 1 and <= 8 ? v : 1));
        Assert.Equal(2, Leaf("9", perturbed: true).Integer(v => v is >= 1 and <= 8 ? v : 1));
        Assert.Equal("JPEG?", Leaf("\"MPO\"", perturbed: true).Text(Images.Pictures.FormatOf));
    }

    [Fact]
    public void What_isnt_offered_is_listed_for_files_that_suites_run()
    {
        var files = typeof(GoldenSuite).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(GoldenSuite)) && !type.IsAbstract)
            .SelectMany(type => ((GoldenSuite)Activator.CreateInstance(type)!).Files).ToList();
        Assert.All(NotOffered.Options.Concat(NotOffered.Expectations), entry =>
        {
            Assert.Contains(files, file => entry.Covers(file, entry.Name));
            Assert.NotEmpty(entry.Reason);
        });
    }

    private static Tracked Leaf(string json, bool perturbed) => new(Json(json), new Reads(perturbed ? "leaf" : null), "leaf");

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
