using ClipGpt2.Captioning.Training.Data;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>Whatever a file holds, a reader gives captions or an error of this library that names the file.</summary>
public sealed class DamagedFileTests : DataFolder
{
    public static TheoryData<string, byte[]> Files => new()
    {
        { "seed.json", """[{"image": "a.jpg", "caption": "a \u00e9"}, {"image": "b.jpg", "caption": "b"}]"""u8.ToArray() },
        { "coco.json", """{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1, "caption": "a"}]}"""u8.ToArray() },
        { "karpathy.json", """{"images": [{"split": "train", "filename": "a.jpg", "sentences": [{"raw": "a"}, {"raw": "b"}]}], "dataset": "x"}"""u8.ToArray() },
        { "lines.jsonl", "{\"image\": \"a.jpg\", \"caption\": \"a\"}\n{\"image\": \"b.jpg\", \"captions\": [\"b\", \"c\"]}\n"u8.ToArray() },
        { "table.csv", "caption,image\n\"a, b\",a.jpg\nc,b.jpg\n"u8.ToArray() },
        { "table.tsv", "a\ta.jpg\nc\tb.jpg\n"u8.ToArray() },
        { "shard.tar", TarShards.Of(("0.jpg", "x"), ("0.txt", "a"), ("1.jpg", "y"), ("1.json", """{"caption": "b"}""")) },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Bytes_that_were_changed_or_cut_cause_no_other_error(string name, byte[] whole)
    {
        Gen.Select(Gen.Int[0, whole.Length - 1].Array[0, 3], Gen.Byte.Array[3], Gen.Int[1, whole.Length]).Sample((places, values, length) =>
        {
            var damaged = whole.ToArray();
            for (var i = 0; i < places.Length; i++)
            {
                damaged[places[i]] = values[i];
            }

            AssertReadOrTold(Write(name, damaged[..(places.Length == 0 ? length : damaged.Length)]));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_line_that_never_ends_takes_no_more_memory_than_a_caption_can()
    {
        var endless = new byte[40 << 20];
        Array.Fill(endless, (byte)'x');
        "{\"image\": \""u8.CopyTo(endless);
        AssertNames(() => JsonLinesCaptionDataset.Read(Write("endless.jsonl", endless)), "endless.jsonl", "line 1", "without an end");
        endless[0] = (byte)'[';
        endless[1] = (byte)'"';
        AssertNames(() => ProcessedCaptionDataset.Read(Write("endless.json", endless)), "endless.json");
        endless[0] = (byte)'"';
        AssertNames(() => CsvCaptionDataset.Read(Write("endless.csv", endless)), "endless.csv", "line 1");
    }

    private static void AssertReadOrTold(string path)
    {
        try
        {
            var captions = path.EndsWith(".tar", StringComparison.Ordinal) ? CaptionDatasets.OpenStream(path).Read(0).Count() : CaptionDatasets.Open(path).Count;
            Assert.InRange(captions, 0, 4);
        }
        catch (CaptioningException e)
        {
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }
}
