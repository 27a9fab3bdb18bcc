using System.Numerics.Tensors;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests;

public sealed class CaptionerTests
{
    [Fact]
    public void A_file_a_stream_bytes_and_pixels_get_the_same_caption()
    {
        using var captioner = SampleCaptioner.Load();
        var path = SampleCaptioner.Images[0];
        var expected = captioner.Caption(path).Text;
        using var stream = File.OpenRead(path);
        using var decoded = new SkiaImageDecoder().Decode(path);

        Assert.NotEmpty(expected.Trim());
        Assert.Equal(expected, captioner.Caption(ImageSource.FromStream(stream)).Text);
        Assert.Equal(expected, captioner.Caption(ImageSource.FromBytes(File.ReadAllBytes(path))).Text);
        Assert.Equal(expected, captioner.Caption(ImageSource.FromPixels(decoded.ToRgb())).Text);
    }

    [Fact]
    public void A_picture_is_drawn_when_its_turn_comes()
    {
        using var captioner = SampleCaptioner.Load();
        using var decoded = new SkiaImageDecoder().Decode(SampleCaptioner.Images[0]);
        var (pixels, drawn) = (decoded.ToRgb(), 0);
        var source = ImageSource.FromPixels(
            () =>
            {
                drawn++;
                return pixels;
            },
            "drawn");
        Assert.Equal(0, drawn);
        Assert.Equal(captioner.Caption(SampleCaptioner.Images[0]).Text, captioner.Caption(source).Text);
        Assert.Equal(1, drawn);
        Assert.Equal("drawn", source.Name);
    }

    [Fact]
    public void What_a_picture_gets_does_not_depend_on_its_batch()
    {
        using var captioner = SampleCaptioner.Load(new CaptionerOptions { BatchSize = 3 });
        var together = captioner.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile));
        Assert.Equal(SampleCaptioner.Images, together.Select(r => r.Source));
        foreach (var result in together)
        {
            var alone = captioner.Caption(result.Source);
            Assert.Equal(alone.Best.Sequence.TokenIds, result.Best.Sequence.TokenIds);
            Assert.Equal(alone.Best.Sequence.Score, result.Best.Sequence.Score, 1e-4);
        }
    }

    [Fact]
    public void A_bad_picture_in_a_batch_is_reported_and_the_others_are_captioned()
    {
        using var captioner = SampleCaptioner.Load();
        var good = SampleCaptioner.Images[0];
        var results = captioner.Caption([good, ImageSource.FromBytes("no picture"u8.ToArray(), "text"), "missing.png", good]);

        Assert.Equal(results[0].Text, results[3].Text);
        Assert.IsType<ImageDecodingException>(results[1].Error);
        Assert.Contains("missing.png", Assert.IsType<ImageDecodingException>(results[2].Error).Message, StringComparison.Ordinal);
        Assert.Contains("text", Assert.Throws<CaptioningException>(() => results[1].Text).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_a_picture_from_a_stream_or_bytes_is_in_its_error()
    {
        using var captioner = SampleCaptioner.Load();
        var bytes = "no picture"u8.ToArray();
        using var temporary = new TemporaryFolder();
        var file = Path.Combine(temporary.Path, "upload.tmp");
        File.WriteAllBytes(file, bytes);
        using var stream = File.OpenRead(file);
        foreach (var source in new[] { ImageSource.FromStream(new MemoryStream(bytes), "holiday.jpg"), ImageSource.FromStream(stream, "holiday.jpg"), ImageSource.FromBytes(bytes, "holiday.jpg") })
        {
            var error = Assert.Throws<ImageDecodingException>(() => captioner.Caption(source));
            Assert.Contains("'holiday.jpg'", error.Message, StringComparison.Ordinal);
            Assert.Equal("holiday.jpg", error.FileName);
        }

        Assert.Null(Assert.Throws<ImageDecodingException>(() => captioner.Caption(ImageSource.FromStream(new MemoryStream(bytes)))).FileName);
    }

    [Fact]
    public async Task Every_call_of_a_disposed_captioner_names_it()
    {
        using var temporary = new TemporaryFolder();
        var captioner = SampleCaptioner.Load();
        var begun = captioner.CaptionAsync(SampleCaptioner.Images.Select(ImageSource.FromFile)).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        captioner.Dispose();
        captioner.Dispose();
        var path = SampleCaptioner.Images[0];
        Action[] calls =
        [
            () => captioner.Caption(path), () => captioner.Caption("missing.png"), () => captioner.Caption([path, path]), () => captioner.Caption(Array.Empty<ImageSource>()),
            () => captioner.Caption([new ImageEmbedding("x", new float[captioner.Encoder.Features.Size])]), () => captioner.CaptionFolderAsync("no-such-folder"),
            () => captioner.Save(temporary.Path),
        ];
        Assert.All(calls, call => Assert.Equal(nameof(Captioner), Assert.Throws<ObjectDisposedException>(call).ObjectName));
        await using var captions = captioner.CaptionAsync([path], token: TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await using var pieces = captioner.StreamAsync(path, token: TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Func<Task>[] streams = [() => begun.MoveNextAsync().AsTask(), () => captions.MoveNextAsync().AsTask(), () => pieces.MoveNextAsync().AsTask()];
        foreach (var stream in streams)
        {
            Assert.Equal(nameof(Captioner), (await Assert.ThrowsAsync<ObjectDisposedException>(stream)).ObjectName);
        }
    }

    [Fact]
    public void A_single_bad_picture_throws()
    {
        using var captioner = SampleCaptioner.Load();
        Assert.Throws<ImageDecodingException>(() => captioner.Caption("missing.png"));
    }

    [Fact]
    public async Task A_folder_comes_as_a_stream_in_order()
    {
        using var captioner = SampleCaptioner.Load(new CaptionerOptions { BatchSize = 3 });
        var folder = Path.GetDirectoryName(SampleCaptioner.Images[0])!;
        var sources = new List<string>();
        await foreach (var result in captioner.CaptionFolderAsync(folder, token: TestContext.Current.CancellationToken))
        {
            Assert.Null(result.Error);
            sources.Add(result.Source);
        }

        Assert.Equal(SampleCaptioner.Images, sources);
        Assert.Contains("nowhere", Assert.Throws<CaptioningException>(() => { _ = captioner.CaptionFolderAsync("nowhere"); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_embedding_and_several_captions_come_on_request()
    {
        using var captioner = SampleCaptioner.Load();
        var result = captioner.Caption(SampleCaptioner.Images[0], new CaptionOptions
        {
            IncludeEmbedding = true,
            Decoding = new DecodingOptions { Beams = 4, ReturnedSequences = 3 },
        });

        Assert.Equal(3, result.Captions.Count);
        Assert.True(result.Captions[0].Sequence.Score >= result.Captions[2].Sequence.Score);
        Assert.Equal(captioner.Encoder.Features.Size, result.Embedding!.Value.Length);
        Assert.Null(captioner.Caption(SampleCaptioner.Images[0]).Embedding);
    }

    [Fact]
    public void A_pictures_own_caption_is_more_similar_than_another_pictures()
    {
        using var captioner = SampleCaptioner.Load();
        var results = captioner.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile), new CaptionOptions { IncludeSimilarity = true, IncludeEmbedding = true });
        using var folder = ModelFolder.Open(Path.Combine(SampleCaptioner.Folder, "encoder"));
        using var texts = ClipTextEncoder.Load(folder);
        foreach (var result in results)
        {
            using var embedding = texts.Encode([result.Text]);
            var expected = TensorPrimitives.CosineSimilarity(embedding.data<float>().ToArray(), result.Embedding!.Value.Span);
            Assert.Equal(expected, result.Best.Similarity!.Value, 1e-5f);
        }

        Assert.Null(captioner.Caption(SampleCaptioner.Images[0]).Best.Similarity);
    }

    [Fact]
    public async Task A_streamed_caption_is_the_greedy_one_piece_by_piece()
    {
        using var captioner = SampleCaptioner.Load();
        var options = new CaptionOptions { Decoding = new DecodingOptions { Beams = 1 } };
        var pieces = new List<string>();
        await foreach (var piece in captioner.StreamAsync(SampleCaptioner.Images[0], options, TestContext.Current.CancellationToken))
        {
            pieces.Add(piece);
        }

        Assert.True(pieces.Count > 3);
        Assert.Equal(captioner.Caption(SampleCaptioner.Images[0], options).Text, string.Concat(pieces));
    }

    [Fact]
    public void A_prompt_is_continued_and_not_repeated()
    {
        using var captioner = SampleCaptioner.Load();
        var whole = captioner.Caption(SampleCaptioner.Images[0], new CaptionOptions { Decoding = new DecodingOptions { Beams = 1 } }).Text;
        var start = string.Join(' ', whole.Trim().Split(' ')[..2]);
        var rest = captioner.Caption(SampleCaptioner.Images[0], new CaptionOptions { Prompt = start, Decoding = new DecodingOptions { Beams = 1 } }).Text;
        Assert.False(rest.StartsWith(start, StringComparison.Ordinal));
        Assert.NotEmpty(rest.Trim());
    }

    [Fact]
    public void Precisions_agree_on_clear_captions()
    {
        using var exact = SampleCaptioner.Load();
        foreach (var precision in new[] { Precision.BFloat16, Precision.Int8Weights, Precision.Auto })
        {
            using var captioner = SampleCaptioner.Load(new CaptionerOptions { Precision = precision });
            var same = SampleCaptioner.Images.Count(image => captioner.Caption(image).Text == exact.Caption(image).Text);
            Assert.True(same >= SampleCaptioner.Images.Count / 2, $"{precision}: {same} of {SampleCaptioner.Images.Count} captions are the same");
        }
    }

    [Fact]
    public void A_cancelled_call_ends()
    {
        using var captioner = SampleCaptioner.Load();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => captioner.Caption(SampleCaptioner.Images[0], token: cancelled.Token));
    }

    [Fact]
    public void All_wrong_options_are_named_at_once()
    {
        var error = Assert.Throws<CaptioningException>(() => SampleCaptioner.Load(new CaptionerOptions
        {
            BatchSize = 0,
            Device = "gpu",
            Precision = Precision.Float16,
            Decoding = new DecodingOptions { Beams = 0 },
            ImageDecoding = new ImageDecodingOptions { MaxPixels = 0 },
        }));
        Assert.All(["BatchSize", "gpu", "Beams", "MaxPixels"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Unfit_parts_are_refused_with_their_sizes()
    {
        using var captioner = SampleCaptioner.Load();
        using var projector = LinearTanhProjector.CreateFresh(
            new ProjectorConfig { Kind = LinearTanhProjector.Kind, PrefixLength = 2, EmbeddingDimension = 7, HiddenSize = 9 }, seed: 1);
        var error = Assert.Throws<CaptioningException>(() => new Captioner(captioner.Encoder, projector, captioner.Decoder, captioner.Tokenizer));
        Assert.Contains("takes [B, 7]", error.Message, StringComparison.Ordinal);
        Assert.Contains("have 9", error.Message, StringComparison.Ordinal);
    }
}
