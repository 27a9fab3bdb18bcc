using System.Text.Json;
using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Tests.Weights;

namespace ClipGpt2.Captioning.Tests.Inference;

public sealed class CaptionCsvTests
{
    private static readonly string Seed = Path.Combine(SampleCaptioner.Repository, "tests", "golden", "checkpoints", "seed");

    [Fact]
    public void Awkward_captions_are_written_as_Pythons_csv_writes_them()
    {
        using var folder = new TemporaryFolder();
        using var awkward = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Seed, "csv_awkward.json")));
        var rows = awkward.RootElement.GetProperty("rows").EnumerateArray().Select(row => new InferredCaption(row[0].GetString()!, row[1].GetString()!, row[2].GetString()!));
        CaptionCsv.Write(folder.File("out.csv"), rows);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Seed, "csv_awkward_expected.csv")), File.ReadAllBytes(folder.File("out.csv")));
    }

    [Fact]
    public void A_table_goes_into_a_folder_that_wasnt_there_and_one_that_cant_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        CaptionCsv.Write(folder.File(Path.Combine("new", "out.csv")), []);
        Assert.Equal("image_id,model_name,caption\r\n", File.ReadAllText(folder.File(Path.Combine("new", "out.csv"))));
        var error = Assert.Throws<CaptioningException>(() => CaptionCsv.Write(folder.File("new"), []));
        Assert.Contains("new' can't be written", error.Message, StringComparison.Ordinal);
    }
}
