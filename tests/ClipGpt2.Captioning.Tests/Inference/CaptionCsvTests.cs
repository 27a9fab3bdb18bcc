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
        Write(folder.File("out.csv"), rows);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Seed, "csv_awkward_expected.csv")), File.ReadAllBytes(folder.File("out.csv")));
    }

    [Fact]
    public void A_table_goes_into_a_folder_that_wasnt_there_and_one_that_cant_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File(Path.Combine("new", "out.csv")), []);
        Assert.Equal("image_id,model_name,caption\r\n", File.ReadAllText(folder.File(Path.Combine("new", "out.csv"))));
        var error = Assert.ThrowsAny<CaptioningException>(() => Write(folder.File("new"), []));
        Assert.Contains("new' can't be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_row_is_there_as_soon_as_it_was_added()
    {
        using var folder = new TemporaryFolder();
        using var csv = new CaptionCsv(folder.File("out.csv"));
        csv.Add(new("a.jpg", "m", "one, two"));
        using (var reader = new StreamReader(new FileStream(folder.File("out.csv"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite)))
        {
            Assert.Equal("image_id,model_name,caption\r\na.jpg,m,\"one, two\"\r\n", reader.ReadToEnd());
        }

        csv.End();
    }

    private static void Write(string path, IEnumerable<InferredCaption> rows)
    {
        using var csv = new CaptionCsv(path);
        foreach (var row in rows)
        {
            csv.Add(row);
        }

        csv.End();
    }
}
