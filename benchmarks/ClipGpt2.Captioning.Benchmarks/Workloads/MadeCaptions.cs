using System.Text.Json;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>As many captioned images as are wanted, made by a seeded rule from the captions of the golden corpora.</summary>
/// <remarks>A caption is a golden one of about ten words in which some words are replaced by words of other captions: four of five are like no other.</remarks>
internal sealed class MadeCaptions
{
    public const int References = 5;

    private const int LongestCaption = 20;
    private const double ShareOfReplacedWords = 0.15;

    private readonly string[][][] _images;
    private readonly string[] _words;

    public MadeCaptions()
    {
        using var corpora = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(BenchmarkFolders.Golden, "metrics", "corpora.json")));
        _images = [.. corpora.RootElement.GetProperty("cases").EnumerateArray()
            .SelectMany(corpus => corpus.GetProperty("images").EnumerateArray())
            .Select(image => image.GetProperty("refs").EnumerateArray().Select(r => r.GetString()!.Split(' ')).Where(c => c.Length is > 5 and <= LongestCaption).ToArray())
            .Where(captions => captions.Length >= References)];
        _words = [.. _images.SelectMany(captions => captions).SelectMany(words => words)];
    }

    public CaptionedImage[] Images(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var captions = _images[random.Next(_images.Length)];
            return new CaptionedImage($"{i}", Make(captions, random), [.. Enumerable.Range(0, References).Select(_ => Make(captions, random))]);
        })];
    }

    private string Make(string[][] captions, Random random) => string.Join(
        ' ', captions[random.Next(captions.Length)].Select(word => random.NextDouble() < ShareOfReplacedWords ? _words[random.Next(_words.Length)] : word));
}
