using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Projectors;

[Collection(nameof(CountsTensors))]
public sealed class ProjectorTests
{
    private static readonly ComputeOptions Training = new() { Trainable = true };

    public static TheoryData<string> Kinds => [LinearTanhProjector.Kind, LinearProjector.Kind, MlpProjector.Kind, TransformerProjector.Kind];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_prefix_is_what_plain_arithmetic_makes_of_the_same_weights(string kind)
    {
        var config = Config(kind);
        using var scope = NewDisposeScope();
        using var projector = Fresh(config, Training);
        using var packed = Fresh(config, new ComputeOptions());
        var embeddings = Embeddings(3, config.EmbeddingDimension);
        var weights = projector.NamedParameters().ToDictionary(p => p.Key, p => Values(p.Value));
        var expected = Values(embeddings).Chunk(config.EmbeddingDimension).SelectMany(e => new PlainProjectors(weights).Project(config, e)).ToArray();
        foreach (var prefix in new[] { projector.Project(embeddings), packed.Project(embeddings) })
        {
            Assert.Equal([3, config.PrefixLength, config.HiddenSize], prefix.shape);
            Assert.All(expected.Zip(Values(prefix)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Embeddings_are_divided_by_their_length_on_demand(string kind)
    {
        using var scope = NewDisposeScope();
        using var plain = Fresh(Config(kind), new ComputeOptions());
        using var normalizing = Fresh(Config(kind) with { NormalizeEmbeddings = true }, new ComputeOptions());
        var embeddings = Embeddings(3, plain.Features.Size);
        var lengths = Values(embeddings).Chunk(plain.Features.Size).Select(e => (float)Math.Sqrt(e.Sum(x => x * x))).ToArray();
        var units = embeddings / tensor(lengths).unsqueeze(1);
        Assert.True(normalizing.Project(embeddings).allclose(plain.Project(units), atol: 1e-5));
        Assert.False(normalizing.Project(embeddings).allclose(plain.Project(embeddings), atol: 1e-3));
    }

    [Fact]
    public void A_configuration_keeps_whether_embeddings_are_divided_by_their_length()
    {
        var config = Config(MlpProjector.Kind);
        Assert.DoesNotContain("normalize", config.ToJson().ToJsonString(), StringComparison.Ordinal);
        var json = (config with { NormalizeEmbeddings = true }).ToJson().ToJsonString();
        Assert.True(ProjectorConfig.Read(ConfigSection.Parse("projector.json", System.Text.Encoding.UTF8.GetBytes(json))).NormalizeEmbeddings);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_reach_every_weight(string kind)
    {
        using var scope = NewDisposeScope();
        using var projector = Fresh(Config(kind), Training);
        projector.Project(Embeddings(2, projector.Features.Size)).square().sum().backward();
        Assert.All(projector.NamedParameters(), p => Assert.True(p.Value.grad is { } gradient && gradient.abs().sum().item<float>() > 0, p.Key));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_state_dict_alone_tells_kind_and_sizes(string kind)
    {
        var config = Config(kind);
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var projector = Fresh(config, Training);
        SafetensorsWriter.Write(folder.File("p.safetensors"), [.. projector.NamedParameters().Select(p => new KeyValuePair<string, Tensor>("clip_project." + p.Key, p.Value.detach())), new("gpt.wte", ones(2))]);
        using var file = SafetensorsFile.Open(folder.File("p.safetensors"));
        var found = ProjectorInference.Find(file, "clip_project.", config.HiddenSize);
        Assert.Equal((config.Kind, config.PrefixLength, config.EmbeddingDimension, config.HiddenSize), (found.Kind, found.PrefixLength, found.EmbeddingDimension, found.HiddenSize));
        using var weights = new WeightLoader(file, new ComputeOptions(), new StateDictNames("clip_project."));
        using var loaded = Create(found, weights);
        var embeddings = Embeddings(1, config.EmbeddingDimension);
        Assert.True(loaded.Project(embeddings).allclose(projector.Project(embeddings), atol: 1e-5));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tensors_are_given_back(string kind)
    {
        using var embeddings = Embeddings(2, 6);
        var before = CountsTensors.Settled();
        using (var projector = Fresh(Config(kind), new ComputeOptions()))
        {
            var loaded = Tensor.TotalCount;
            projector.Project(embeddings).Dispose();
            Assert.Equal(loaded, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Fresh_weights_are_those_of_torch_for_the_same_seed()
    {
        // torch.manual_seed(0); torch.nn.Linear(2, 1): weight [[-0.0053, 0.3793]], bias [-0.5820].
        var config = new ProjectorConfig { Kind = LinearProjector.Kind, PrefixLength = 1, EmbeddingDimension = 2, HiddenSize = 1 };
        using var projector = LinearProjector.CreateFresh(config, seed: 0, Training);
        var weights = projector.NamedParameters().ToDictionary(p => p.Key, p => Values(p.Value));
        Assert.Equal([-0.0053, 0.3793], weights["weight"].Select(v => Math.Round(v, 4)));
        Assert.Equal([-0.5820], weights["bias"].Select(v => Math.Round(v, 4)));
    }

    [Fact]
    public void A_configuration_survives_its_json()
    {
        var config = Config(TransformerProjector.Kind) with { IntermediateSize = 10 };
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("projector.json"), config.ToJson().ToJsonString());
        Assert.Equal(config, ProjectorConfig.Read(ConfigSection.Load(folder.File("projector.json"))));
    }

    [Fact]
    public void Sizes_that_cannot_be_are_refused_all_at_once()
    {
        var config = Config(TransformerProjector.Kind) with { PrefixLength = 0, Heads = 3 };
        var error = Assert.Throws<CaptioningException>(() => TransformerProjector.CreateFresh(config, 1));
        Assert.Contains("PrefixLength must be above 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("Heads must divide HiddenSize (8)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embeddings_of_another_encoder_are_refused()
    {
        using var projector = Fresh(Config(MlpProjector.Kind), new ComputeOptions());
        using var embeddings = Embeddings(1, 7);
        var error = Assert.Throws<CaptioningException>(() => projector.Project(embeddings));
        Assert.Contains("[B, 6], and got [1, 7]", error.Message, StringComparison.Ordinal);
    }

    private static ProjectorConfig Config(string kind) => new()
    {
        Kind = kind, PrefixLength = 3, EmbeddingDimension = 6, HiddenSize = 8, Layers = 2, Heads = kind == TransformerProjector.Kind ? 2 : 8,
        ClipLength = kind == TransformerProjector.Kind ? 2 : null,
    };

    private static LayeredProjector Fresh(ProjectorConfig config, ComputeOptions compute) => config.Kind switch
    {
        LinearTanhProjector.Kind => LinearTanhProjector.CreateFresh(config, 5, compute),
        LinearProjector.Kind => LinearProjector.CreateFresh(config, 5, compute),
        MlpProjector.Kind => MlpProjector.CreateFresh(config, 5, compute),
        _ => TransformerProjector.CreateFresh(config, 5, compute),
    };

    private static LayeredProjector Create(ProjectorConfig config, WeightLoader weights) => config.Kind switch
    {
        LinearTanhProjector.Kind => LinearTanhProjector.Create(config, weights),
        LinearProjector.Kind => LinearProjector.Create(config, weights),
        MlpProjector.Kind => MlpProjector.Create(config, weights),
        _ => TransformerProjector.Create(config with { Heads = 2 }, weights),
    };

    private static Tensor Embeddings(long rows, long size)
    {
        using var generator = new Generator(11, CPU);
        return randn(rows, size, generator: generator);
    }

    private static double[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return [.. tensor.detach().contiguous().data<float>().Select(v => (double)v)];
    }
}
