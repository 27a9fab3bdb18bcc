using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

public sealed class DecodingSessionTests
{
    private const int PrefixLength = 4;

    public static TheoryData<string, int> Models => new() { { "small", 3 }, { "odd", 3 }, { "small", 14 }, { "odd", 14 }, { "trainable", 3 }, { "tensors", 3 } };

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_step_equals_a_pass_over_the_whole_text_whatever_rows_it_continues(string name, int rows)
    {
        using var scope = NewDisposeScope();
        using var model = Create(name);
        var prefix = Prefix(model, rows);
        using var session = Start(model, name, prefix, null, [5, 2], 12);
        var random = new Random(rows);
        var texts = Enumerable.Range(0, rows).Select(row => (Image: row, Tokens: new List<int> { 5, 2 })).ToList();
        AssertLogits(model, prefix, session, texts);
        foreach (var count in new[] { rows, rows + 2, 1, 5, rows, 2 })
        {
            var parents = Enumerable.Range(0, count).Select(_ => random.Next(texts.Count)).ToArray();
            var tokens = Enumerable.Range(0, count).Select(_ => random.Next(model.VocabularySize)).ToArray();
            session.Advance(parents, tokens);
            texts = [.. parents.Select((parent, i) => (texts[parent].Image, new List<int>([.. texts[parent].Tokens, tokens[i]])))];
            AssertLogits(model, prefix, session, texts);
        }
    }

    [Theory]
    [InlineData("small")]
    [InlineData("tensors")]
    public void Padding_on_the_left_changes_nothing(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Create(name);
        var prefix = Prefix(model, 2);
        var padded = cat([randn(2, 3, model.HiddenSize), prefix], 1);
        var mask = cat([zeros([2, 3], ScalarType.Int64), ones([2, PrefixLength], ScalarType.Int64)], 1);
        using var plain = Start(model, name, prefix, null, [], 3);
        using var behindPadding = Start(model, name, padded, mask, [], 3);
        for (var step = 0; step < 3; step++)
        {
            AssertNear(plain.Logits(1), behindPadding.Logits(1));
            plain.Advance([1, 0], [7, 8]);
            behindPadding.Advance([1, 0], [7, 8]);
        }
    }

    [Fact]
    public void Rows_that_are_not_continued_leave_the_others_as_they_were()
    {
        using var scope = NewDisposeScope();
        using var model = Create("small");
        using var together = model.Start(Prefix(model, 4), null, null, 3);
        using var alone = model.Start(Prefix(model, 4)[2..3], null, null, 3);
        together.Advance([2], [9]);
        alone.Advance([0], [9]);
        Assert.Equal(1, together.Rows);
        AssertNear(together.Logits(0), alone.Logits(0));
        together.Advance([], []);
        Assert.Equal(0, together.Rows);
    }

    [Fact]
    public void BFloat16_stays_near_float32()
    {
        using var scope = NewDisposeScope();
        using var model = Create("small");
        using var coarse = RandomGpt2.Create(RandomGpt2.Small, new ComputeOptions { Precision = Precision.BFloat16 });
        foreach (var rows in new[] { 2, 12 })
        {
            using var exact = model.Start(Prefix(model, rows), null, null, 3);
            using var session = coarse.Start(Prefix(model, rows), null, null, 3);
            exact.Advance([1, 0], [4, 5]);
            session.Advance([1, 0], [4, 5]);
            Assert.True(Cosine(exact.Logits(0), session.Logits(0)) > 0.999);
        }
    }

    [Fact]
    public void Steps_give_the_same_bits_each_time_and_on_each_thread()
    {
        using var model = Create("small");
        var runs = new float[8][];
        Parallel.For(0, runs.Length, i => runs[i] = Run(model));
        Assert.All(runs, run => Assert.Equal(runs[0], run));

        static float[] Run(Gpt2Model model)
        {
            using var scope = NewDisposeScope();
            using var session = model.Start(Prefix(model, 3), null, [1], 4);
            session.Advance([0, 0, 1, 2, 2], [1, 2, 3, 4, 5]);
            session.Advance([4, 3], [6, 7]);
            return session.Logits(1).ToArray();
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_reason()
    {
        using var scope = NewDisposeScope();
        using var model = Create("small");
        var prefix = Prefix(model, 2);
        Refuse("[2, 4, 128]", () => model.Start(prefix[.., .., ..64], null, null, 1), "[B, P, 128]");
        Refuse("too long", () => model.Start(prefix, null, null, model.MaxPositions), "24");
        Refuse("nothing", () => model.Start(prefix[.., ..0], null, null, 1), "padding");
        Refuse("no rows", () => model.Start(prefix[..0], null, null, 1), "1 to");
        Refuse("all padding", () => model.Start(prefix, zeros(2, PrefixLength), null, 1), "padding");
        Refuse("mask", () => model.Start(prefix, ones(2, PrefixLength + 1), null, 1), "[2, 4]");
        Refuse("prompt", () => model.Start(prefix, null, [model.VocabularySize], 1), "89");
        Refuse("negative", () => model.Start(prefix, null, null, -1), "negative");
        Refuse("ids", () => model.Embed(tensor(new long[] { -1 })), "-1");

        using var session = model.Start(prefix, null, null, 1);
        Refuse("row", () => session.Advance([2], [0]), "row 2");
        Refuse("token", () => session.Advance([0], [90]), "Token 90");
        Refuse("lengths", () => session.Advance([0, 1], [0]), "one token a row");
        session.Advance([0], [0]);
        Refuse("steps", () => session.Advance([0], [0]), "5 positions");

        static void Refuse(string what, Action action, string said) =>
            Assert.True(Assert.Throws<CaptioningException>(action).Message.Contains(said, StringComparison.Ordinal), what);
    }

    internal static Gpt2Model Create(string name) => name switch
    {
        "small" or "tensors" => RandomGpt2.Create(RandomGpt2.Small),
        "odd" => RandomGpt2.Create(RandomGpt2.Odd),
        "trainable" => RandomGpt2.Create(RandomGpt2.Small, new ComputeOptions { Trainable = true }),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    internal static Tensor Prefix(Gpt2Model model, int rows)
    {
        using var generator = new Generator(7);
        return randn([rows, PrefixLength, model.HiddenSize], generator: generator);
    }

    /// <summary>A session of the kind that the device gets, or the GPU's kind, which runs on any.</summary>
    private static IDecodingSession Start(Gpt2Model model, string name, Tensor prefix, Tensor? mask, int[] prompt, int maxNewTokens) => name == "tensors"
        ? model.Start(new DecodingStart(model, prefix, mask, prompt, maxNewTokens), onTensors: true)
        : model.Start(prefix, mask, prompt, maxNewTokens);

    private static void AssertLogits(Gpt2Model model, Tensor prefix, IDecodingSession session, List<(int Image, List<int> Tokens)> texts)
    {
        Assert.Equal(texts.Count, session.Rows);
        using var scope = NewDisposeScope();
        var ids = tensor(texts.SelectMany(text => text.Tokens.Select(token => (long)token)).ToArray()).view(texts.Count, -1);
        var images = tensor(texts.Select(text => (long)text.Image).ToArray());
        using var output = model.Forward(new() { Embeddings = prefix.index_select(0, images), TokenIds = ids });
        for (var row = 0; row < texts.Count; row++)
        {
            AssertNear(output.Logits[row, -1].detach().contiguous().data<float>().ToArray(), session.Logits(row));
        }
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-4, $"Logit {i} is {actual[i]}, not {expected[i]}.");
        }
    }

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(x, y);
}
