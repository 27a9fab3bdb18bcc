using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Layers.Rows;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>GPT-2 that looks at an encoder's states beside its text.</summary>
[Collection(nameof(CountsTensors))]
public sealed class CrossAttentionTests
{
    private static readonly ComputeOptions Trainable = new() { Trainable = true };

    // Rows of a step, positions that are looked at; many rows go through tensors, few over plain memory.
    public static TheoryData<string, int, int> Models => new()
    {
        { "small", 3, 9 }, { "small", 1, 197 }, { "small", 14, 70 }, { "odd", 3, 65 }, { "odd", 14, 5 }, { "trainable", 3, 9 }, { "tensors", 3, 9 }, { "tensors", 1, 64 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_step_equals_a_pass_over_the_whole_text_whatever_rows_it_continues(string name, int images, int positions)
    {
        using var scope = NewDisposeScope();
        using var model = Create(name);
        var states = States(model, images, positions);
        using var session = Start(model, name, states, [5, 2], 12);
        var random = new Random(images);
        var texts = Enumerable.Range(0, images).Select(image => (Image: image, Tokens: new List<int> { 5, 2 })).ToList();
        AssertLogits(model, states, session, texts);
        foreach (var count in new[] { images, images + 2, 1, 7, 6, 2 })
        {
            var parents = Enumerable.Range(0, count).Select(_ => random.Next(texts.Count)).ToArray();
            var tokens = Enumerable.Range(0, count).Select(_ => random.Next(model.VocabularySize)).ToArray();
            session.Advance(parents, tokens);
            texts = [.. parents.Select((parent, i) => (texts[parent].Image, new List<int>([.. texts[parent].Tokens, tokens[i]])))];
            AssertLogits(model, states, session, texts);
        }
    }

    [Fact]
    public void A_batch_of_more_positions_than_one_piece_is_laid_out_whole()
    {
        using var scope = NewDisposeScope();
        using var model = Create("small");
        var states = States(model, 24, 130);
        using var together = model.Start(states, null, [5], 3);
        foreach (var image in new[] { 0, 14, 15, 23 })
        {
            using var alone = model.Start(states[image..(image + 1)], null, [5], 3);
            AssertNear(alone.Logits(0), together.Logits(image));
        }
    }

    [Theory]
    [InlineData("small")]
    [InlineData("tensors")]
    public void Sessions_leave_no_tensors_behind(string name)
    {
        using var model = Create(name);
        using var states = States(model, 3, 6);
        using (var first = Start(model, name, states, [5], 4))
        {
            first.Advance([0, 0, 2], [1, 2, 3]);
        }

        var count = CountsTensors.Settled();
        using (var session = Start(model, name, states, [5], 4))
        {
            session.Advance([0, 0, 2], [1, 2, 3]);
            session.Advance([2, 0], [4, 5]);
        }

        using (var ids = tensor(new long[] { 1, 5, 7 }, [3, 1]))
        {
            model.Forward(new() { TokenIds = ids, EncoderStates = states, WithPresent = true, WithHiddenStates = true }).Dispose();
        }

        Assert.Equal(count, Tensor.TotalCount);
    }

    [Fact]
    public void BFloat16_and_int8_stay_near_float32()
    {
        using var scope = NewDisposeScope();
        using var model = Create("small");
        foreach (var precision in new[] { Precision.BFloat16, Precision.Int8Weights })
        {
            using var coarse = RandomGpt2.Create(RandomGpt2.Cross, new ComputeOptions { Precision = precision });
            foreach (var images in new[] { 2, 12 })
            {
                using var exact = model.Start(States(model, images, 20), null, [3], 3);
                using var session = coarse.Start(States(model, images, 20), null, [3], 3);
                exact.Advance([1, 0], [4, 5]);
                session.Advance([1, 0], [4, 5]);
                Assert.True(System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(exact.Logits(0), session.Logits(0)) > 0.99f);
            }
        }
    }

    [Fact]
    public void The_kernel_proves_itself() => Assert.True(!RowKernelProof.Proof.Holds || CrossAttentionProof.Proof.Holds);

    [Fact]
    public void The_states_change_what_is_written_and_get_gradients()
    {
        using var scope = NewDisposeScope();
        using var model = RandomGpt2.Create(RandomGpt2.Cross, Trainable);
        var states = States(model, 2, 6).requires_grad_(true);
        var ids = tensor(new long[] { 1, 5, 7, 2 }).view(2, 2);
        using var output = model.Forward(new() { TokenIds = ids, EncoderStates = states });
        output.Logits.log_softmax(-1).select(-1, 3).sum().backward();
        Assert.True(states.grad!.abs().amax(-1).min().item<float>() > 0);
        Assert.All(model.NamedParameters().Where(p => p.Key.Contains("cross", StringComparison.Ordinal)), p => Assert.True(p.Value.grad is not null, p.Key));
        Assert.Equal(2 * 8, model.NamedParameters().Count(p => p.Key.Contains("cross", StringComparison.Ordinal)));
    }

    [Fact]
    public void Attention_that_drops_out_equals_the_fused_one_where_nothing_is_dropped()
    {
        using var scope = NewDisposeScope();
        using var model = RandomGpt2.Create(RandomGpt2.Cross with { AttentionDropout = 1e-12, EmbeddingDropout = 0, ResidualDropout = 0 }, Trainable);
        var input = new Gpt2Input { TokenIds = tensor(new long[] { 1, 5, 7, 2 }).view(2, 2), EncoderStates = States(model, 2, 6) };
        using var plain = model.Forward(input);
        using var dropping = model.Forward(input with { Dropout = new DropoutMasks(1, 1) });
        Assert.True(plain.Logits.allclose(dropping.Logits, atol: 1e-4));
    }

    [Fact]
    public void A_fresh_model_is_saved_and_loaded_with_its_cross_attention_and_with_adapters_beside_it()
    {
        using var scope = NewDisposeScope();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            using var fresh = Gpt2Model.CreateFresh(RandomGpt2.Cross, seed: 4, Trainable);
            fresh.AddAdapters(new LoraConfig { Rank = 2, Alpha = 4, TargetModules = ["q_attn", "c_attn", "c_proj"] }, seed: 5);
            using (no_grad())
            {
                foreach (var (_, weight) in fresh.NamedParameters().Where(p => p.Key.Contains("lora_B", StringComparison.Ordinal)))
                {
                    weight.fill_(0.02);
                }
            }

            Assert.Contains(fresh.NamedParameters(), p => p.Key == "transformer.h.1.crossattention.q_attn.lora_B.weight");
            fresh.Save(folder.FullName);
            using var opened = ModelFolder.Open(folder.FullName);
            using var loaded = Gpt2Model.Load(opened);
            var input = new Gpt2Input { TokenIds = tensor(new long[] { 1, 5, 7, 2 }).view(2, 2), EncoderStates = States(fresh, 2, 6) };
            using var expected = fresh.Forward(input);
            using var actual = loaded.Forward(input);
            Assert.True(expected.Logits.allclose(actual.Logits, atol: 1e-4));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_reason()
    {
        using var scope = NewDisposeScope();
        using var model = Create("small");
        using var plain = RandomGpt2.Create(RandomGpt2.Small);
        var states = States(model, 2, 6);
        var ids = tensor(new long[] { 1, 5 }).view(2, 1);
        Refuse(() => model.Start(states[.., .., ..64], null, [1], 1), "[B, T, 128]");
        Refuse(() => model.Start(states[.., ..0], null, [1], 1), "[2, 0, 128]");
        Refuse(() => model.Start(states, null, [], 1), "start token");
        Refuse(() => model.Start(states, ones(2, 6), [1], 1), "mask");
        Refuse(() => model.Forward(new() { TokenIds = ids }), "EncoderStates");
        Refuse(() => model.Forward(new() { TokenIds = ids, EncoderStates = states[..1] }), "one image for each row");
        Refuse(() => plain.Forward(new() { TokenIds = ids, EncoderStates = states }), "add_cross_attention");

        static void Refuse(Action action, string said) => Assert.Contains(said, Assert.Throws<CaptioningException>(action).Message, StringComparison.Ordinal);
    }

    private static Gpt2Model Create(string name) => name switch
    {
        "small" or "tensors" => RandomGpt2.Create(RandomGpt2.Cross),
        "odd" => RandomGpt2.Create(RandomGpt2.OddCross),
        "trainable" => RandomGpt2.Create(RandomGpt2.Cross, Trainable),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <remarks>
    /// With large random weights some texts take rounding to 5e-5 of the largest logit, whichever two ways of computing are compared (libtorch's own products and packed ones
    /// among them). The states of this seed have none: all ways agree to 1e-5.
    /// </remarks>
    private static Tensor States(Gpt2Model model, int images, int positions)
    {
        using var generator = new Generator(12);
        return randn([images, positions, model.HiddenSize], generator: generator);
    }

    private static IDecodingSession Start(Gpt2Model model, string name, Tensor states, int[] prompt, int maxNewTokens) => name == "tensors"
        ? model.Start(new DecodingStart(model, states, null, prompt, maxNewTokens), onTensors: true)
        : model.Start(states, null, prompt, maxNewTokens);

    private static void AssertLogits(Gpt2Model model, Tensor states, IDecodingSession session, List<(int Image, List<int> Tokens)> texts)
    {
        Assert.Equal(texts.Count, session.Rows);
        using var scope = NewDisposeScope();
        var ids = tensor(texts.SelectMany(text => text.Tokens.Select(token => (long)token)).ToArray()).view(texts.Count, -1);
        var images = tensor(texts.Select(text => (long)text.Image).ToArray());
        using var output = model.Forward(new() { TokenIds = ids, EncoderStates = states.index_select(0, images) });
        for (var row = 0; row < texts.Count; row++)
        {
            AssertNear(output.Logits[row, -1].detach().contiguous().data<float>().ToArray(), session.Logits(row));
        }
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var tolerance = 5e-5 * System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(expected);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Math.Abs(tolerance), $"Logit {i} is {actual[i]}, not {expected[i]}.");
        }
    }
}
