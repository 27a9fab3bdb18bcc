using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Embeddings;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Parts;

/// <summary>A captioner of every kind in the registry goes every way that captioners can go, and stays the same.</summary>
[Collection(nameof(CountsTensors))]
public sealed class EveryKindTests : IDisposable
{
    private const int Pictures = 4;

    private readonly TinyParts _parts = new();
    private readonly List<IDisposable> _owned = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Each encoder with each projector and each decoder.</summary>
    public static TheoryData<string, string, string> Captioners
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var encoder in TinyParts.Kinds.Encoders.Names)
            {
                foreach (var projector in TinyParts.Kinds.Projectors.Names)
                {
                    foreach (var decoder in TinyParts.Kinds.Decoders.Names)
                    {
                        all.Add(encoder, projector, decoder);
                    }
                }
            }

            return all;
        }
    }

    public static TheoryData<string> Encoders => [.. TinyParts.Kinds.Encoders.Names];

    public static TheoryData<string> Decoders => [.. TinyParts.Kinds.Decoders.Names];

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _parts.Dispose();
    }

    [Fact]
    public void Every_kind_has_a_tiny_model()
    {
        Assert.Equal(TinyParts.Kinds.Encoders.Names, TinyParts.Encoders.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(TinyParts.Kinds.Projectors.Names, TinyParts.Projectors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(TinyParts.Kinds.Decoders.Names, TinyParts.Decoders.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Captioners))]
    public async Task A_captioner_of_every_kind_stays_the_same_whatever_way_it_goes(string encoder, string projector, string decoder)
    {
        var captioner = _parts.Make(encoder, projector, decoder, _owned);
        var checkpoint = await Train(captioner, "run", 1);
        var said = Said(captioner);
        Same(said, checkpoint);

        captioner.Save(File("folder"));
        Same(said, File("folder"));
        using (var folder = Load(File("folder"), TrainableParts.All))
        {
            CaptionerConversion.Write(folder.Parts, File("converted.safetensors"));
        }

        Same(said, File("converted.safetensors"));
        using (var opened = CaptionCheckpoint.Open(checkpoint))
        {
            opened.SaveAs(File("again.safetensors"), token: Token);
        }

        Same(said, File("again.safetensors"));
        using (var loaded = Load(File("again.safetensors"), TrainableParts.ProjectorAndDecoder))
        {
            loaded.Save(File("unfolded"));
        }

        Same(said, File("unfolded"));
        Embedded(said, checkpoint);
        Embedded(said, File("unfolded"));
    }

    [Theory]
    [MemberData(nameof(Captioners))]
    public async Task A_run_of_every_kind_is_resumed(string encoder, string projector, string decoder)
    {
        await Train(_parts.Make(encoder, projector, decoder, _owned), "resumed", 1);
        var resumed = await Train(_parts.Make(encoder, projector, decoder, _owned), "resumed", 2, resume: true);
        var whole = await Train(_parts.Make(encoder, projector, decoder, _owned), "whole", 2);
        Assert.Equal(System.IO.File.ReadAllBytes(whole), System.IO.File.ReadAllBytes(resumed));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public async Task An_encoder_is_trained_and_what_came_of_it_is_trained_again(string encoder)
    {
        var first = _parts.Make(encoder, "linear", "gpt2", _owned);
        var before = Said(first);
        var checkpoint = await Train(first, "first", 1, trainsEncoder: true);
        var said = Said(first);
        Assert.NotEqual(before[0].Embedding, said[0].Embedding);
        Same(said, checkpoint);

        using var second = Load(checkpoint, TrainableParts.All);
        var again = await Train(second, "second", 1, trainsEncoder: true);
        var trained = Said(second);
        Assert.NotEqual(said[0].Embedding, trained[0].Embedding);
        Same(trained, again);

        // Frozen from here on, the encoder isn't the base's any more, and every checkpoint must say so.
        using var third = Load(again, TrainableParts.All);
        var last = await Train(third, "third", 1);
        Assert.Equal(trained[0].Embedding, Said(third)[0].Embedding);
        Same(Said(third), last);
        third.Save(File("folder"));
        Same(Said(third), File("folder"));
        CaptionerConversion.Write(third.Parts, File("converted.safetensors"));
        Same(Said(third), File("converted.safetensors"));
        Embedded(Said(third), File("folder"));
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public async Task A_frozen_decoder_is_found_again(string decoder)
    {
        var captioner = _parts.Make("clip", "linear", decoder, _owned);
        var checkpoint = await Train(captioner, "run", 1, trainsDecoder: false);
        Same(Said(captioner), checkpoint);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void A_hosts_tokenizer_goes_with_every_decoder(string decoder)
    {
        var tokenizer = HostTokenizer.Create(File("words.txt"), Path.Combine(SampleCaptioner.Folder, "decoder"));
        var captioner = _parts.Make("clip", "linear", decoder, _owned, tokenizer);
        var said = Said(captioner);
        captioner.Save(File("folder"));
        Same(said, File("folder"));
        CaptionerConversion.Write(captioner.Parts, File("converted.safetensors"));
        Same(said, File("converted.safetensors"));
    }

    private string File(string name) => Path.Combine(_parts.Folder, name);

    private static Captioner Load(string name, TrainableParts trainable = TrainableParts.None) => Captioner.FromPretrained(name, TinyParts.Options(trainable));

    /// <summary>Trains two steps an epoch.</summary>
    private async Task<string> Train(Captioner captioner, string run, int epochs, bool trainsEncoder = false, bool trainsDecoder = true, bool resume = false)
    {
        var options = new CaptionTrainerOptions { Epochs = epochs, BatchSize = 4, LearningRate = 1e-2 };
        (options.Freezing.Encoder, options.Freezing.Decoder) = (!trainsEncoder, !trainsDecoder);
        (options.Checkpoints.Path, options.Checkpoints.SaveLast, options.Checkpoints.Resume) = (Path.Combine(_parts.Folder, run, "model"), true, resume);
        var data = Training.TinyTraining.Captions(Pictures);
        var result = await new CaptionTrainer(captioner, options).TrainAsync(data, data, token: Token);
        Assert.Equal(2 * epochs, result.Steps);
        return result.LastCheckpoint!;
    }

    private static List<(string Text, float[] Embedding)> Said(Captioner captioner) =>
    [
        .. captioner.Caption(SampleCaptioner.Images.Take(Pictures).Select(ImageSource.FromFile), Request(), Token)
            .Select(result => (result.Text, result.Embedding!.Value.ToArray())),
    ];

    private static CaptionOptions Request() => new() { IncludeEmbedding = true, Decoding = new() { Beams = 1, MaxNewTokens = 6 } };

    /// <summary>Weights that are packed give other last digits than plain ones.</summary>
    private static void Same(List<(string Text, float[] Embedding)> expected, string name)
    {
        using var captioner = Load(name);
        var found = Said(captioner);
        Assert.Equal(expected.Select(one => one.Text), found.Select(one => one.Text));
        Assert.All(expected.Zip(found), pair => Assert.All(pair.First.Embedding.Zip(pair.Second.Embedding), numbers => Assert.Equal(numbers.First, numbers.Second, 1e-4f)));
    }

    private static void Embedded(List<(string Text, float[] Embedding)> expected, string name)
    {
        using var captioner = Load(name);
        var folder = name + "-store";
        new EmbeddingStoreBuilder(captioner.Encoder).Build(folder, Training.TinyTraining.Captions(Pictures), token: Token);
        using var store = EmbeddingStore.OpenFor(folder, captioner.Encoder, token: Token);
        var found = captioner.Caption(Enumerable.Range(0, store.Count).Select(store.Read), Request(), Token);
        Assert.Equal(expected.Select(one => one.Text), found.Select(result => result.Text));
    }
}
