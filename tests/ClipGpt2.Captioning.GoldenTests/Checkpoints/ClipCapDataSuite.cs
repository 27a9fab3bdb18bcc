using System.Globalization;
using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Weights.PyTorch;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Checkpoints;

/// <summary>ClipCap's pickles of captions and embeddings, and its cache of tokens.</summary>
public sealed class ClipCapDataSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["checkpoints/clipcap/clipcap.json"];

    protected override IReadOnlyList<string> TrackedParts => [];

    public override void Check(GoldenCase golden)
    {
        var (expected, root) = (new Tracked(golden.Json, golden.Reads, "data"), golden.Root);
        var tensors = GoldenTensorFile.Open(root.GetProperty("tensors").GetString()!);
        var dataset = ClipCapDataset.Read(GoldenRoot.Path(golden.Json.GetProperty("file").GetString()!));
        var embeddings = expected["clip_embedding_tensor"].Tensor(tensors);
        using var rows = embeddings.DataType == "F16" ? Half(embeddings) : embeddings.ToTorch();
        var captions = expected["captions"].Items();
        Assert.Equal(captions.Count, dataset.Count);
        for (var i = 0; i < captions.Count; i++)
        {
            var (caption, example) = (captions[i], dataset[i]);
            Assert.Equal(caption["caption"].Text(), example.Caption);
            Assert.Equal(IdOf(caption["image_id"]), example.ImageId);
            using var row = rows[caption["clip_embedding"].Index(embeddings.OtherRow)];
            Assert.Equal(row.ToFloats(), example.Embedding!.Value.ToArray());
            caption["id"].Informational();
        }

        var tokenizer = Gpt2Tokenizer.FromPretrained(GoldenRoot.Path(root.GetProperty("tokenizer").GetString()!));
        foreach (var item in expected["items"].Items())
        {
            var index = item["index"].Index(i => IndexOfAnotherCaption(dataset, i));
            CheckItem(expected, item, dataset[index], tokenizer, tensors);
        }

        if (expected.Find("tokens_file") is { } cache)
        {
            CheckCache(expected["tokens"], GoldenRoot.Path(cache.Raw.GetString()!));
            cache.Informational();
        }

        foreach (var name in new[] { "name", "file", "globals", "clip_embedding" })
        {
            expected[name].Informational();
        }

        golden.Reads.AssertAllRead(expected);
    }

    private static int? IndexOfAnotherCaption(ClipCapDataset dataset, int index) =>
        Enumerable.Range(0, dataset.Count).Where(i => dataset[i].Caption != dataset[index].Caption).Cast<int?>().FirstOrDefault();

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("data_files").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c));

    /// <summary>What the reference's data set gives its model: padded tokens with their mask, and the embedding, divided by its length where asked for.</summary>
    private static void CheckItem(Tracked expected, Tracked item, CaptionExample example, Gpt2Tokenizer tokenizer, GoldenTensorFile tensors)
    {
        int[] ids = [.. tokenizer.EncodeToIds(example.Caption)];
        var length = (int)expected["dataset_max_seq_len"].Integer();
        var tokens = ids.Concat(Enumerable.Repeat(0, length)).Take(length).ToArray();
        Assert.Equal(item["tokens"].Integers(), tokens);
        var seen = (int)expected["prefix_length"].Integer() + Math.Min(ids.Length, length);
        Assert.Equal(item["mask"].Numbers(), Enumerable.Range(0, seen - Math.Min(ids.Length, length) + length).Select(i => i < seen ? 1.0 : 0));
        var embedding = example.Embedding!.Value.ToArray();
        var divisor = expected["normalize_prefix"].Flag() ? (float)Math.Sqrt(embedding.Sum(x => (double)x * x)) : 1;
        var prefix = item["prefix_tensor"].Tensor(tensors);
        TorchTensors.AssertNear(Array.ConvertAll(embedding, x => x / divisor), prefix.Floats, 1e-6, prefix.Name);
    }

    private static void CheckCache(Tracked expected, string path)
    {
        using var file = PyTorchFile.Open(path);
        var parts = file.Root.Items;
        var captions = expected["captions_tokens"].Items();
        Assert.Equal(captions.Count, parts[0].Items.Count);
        Assert.All(captions.Zip(parts[0].Items), pair =>
        {
            using var ids = pair.Second.AsTensor();
            Assert.Equal(pair.First.Integers(), ids.to_type(torch.ScalarType.Int32).data<int>().ToArray());
        });
        Assert.Equal(expected["caption2embedding"].Integers(), parts[1].Items.Select(item => (int)item.AsInteger()));
        Assert.Equal(expected["max_seq_len"].Integer(), parts[2].AsInteger());
    }

    private static torch.Tensor Half(GoldenTensor golden)
    {
        var tensor = torch.empty(golden.Shape, torch.ScalarType.Float16);
        golden.Data.CopyTo(tensor.bytes);
        return tensor;
    }

    private static string IdOf(Tracked id) => id.Kind == JsonValueKind.Number ? id.Integer().ToString(CultureInfo.InvariantCulture) : id.Text();
}
