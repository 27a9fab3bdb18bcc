using System.Text;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Projectors;

/// <summary>The kinds that take sequences of vectors, and the one that takes anything.</summary>
[Collection(nameof(CountsTensors))]
public sealed class SequenceProjectorTests
{
    private static readonly ProjectorConfig Linear = new() { Kind = LinearProjector.Kind, PrefixLength = 5, EmbeddingDimension = 6, HiddenSize = 8, FeatureLength = 5 };

    private static readonly ProjectorConfig Identity = Linear with { Kind = IdentityProjector.Kind, EmbeddingDimension = 8 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_linear_layer_maps_each_position(bool isTrained)
    {
        using var scope = NewDisposeScope();
        using var weights = LinearProjector.CreateFresh(Linear, 5, new() { Trainable = true });
        using var projector = LinearProjector.CreateFresh(Linear, 5, new() { Trainable = isTrained });
        var features = Features(3, 5, 6);
        var (weight, bias) = (weights.NamedParameters().Single(p => p.Key == "weight").Value, weights.NamedParameters().Single(p => p.Key == "bias").Value);
        Assert.Equal([8, 6], weight.shape);
        Assert.Equal([8], bias.shape);
        Assert.Equal(new FeatureShape(6, 5), projector.Features);
        var tokens = projector.Project(features);
        Assert.Equal([3, 5, 8], tokens.shape);
        Assert.True(tokens.allclose(features.matmul(weight.t()) + bias, rtol: 0, atol: 1e-5));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public void Features_of_the_right_size_pass_as_they_are(int? length)
    {
        using var scope = NewDisposeScope();
        using var projector = IdentityProjector.CreateFresh(Identity with { FeatureLength = length, PrefixLength = length ?? 1 }, 1, new() { Precision = Precision.BFloat16 });
        var features = length is { } tokens ? Features(2, tokens, 8) : Features(2, 8);
        features.requires_grad = true;
        var found = projector.Project(features);
        Assert.Equal([2, length ?? 1, 8], found.shape);
        Assert.True(found.view(features.shape).equal(features).all().item<bool>());
        found.sum().backward();
        Assert.True(features.grad is { } gradient && gradient.equal(ones_like(features)).all().item<bool>());
        Assert.Empty(projector.NamedParameters());
    }

    [Fact]
    public void Vectors_of_a_sequence_are_divided_by_their_own_length_on_demand()
    {
        using var scope = NewDisposeScope();
        using var projector = IdentityProjector.CreateFresh(Identity with { NormalizeEmbeddings = true }, 1);
        var features = Features(2, 5, 8);
        Assert.True(projector.Project(features).allclose(nn.functional.normalize(features, dim: -1), rtol: 0, atol: 1e-6));
    }

    [Fact]
    public void Captioners_folders_keep_both_kinds()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var linear = LinearProjector.CreateFresh(Linear, 5, new() { Trainable = true });
        using var identity = IdentityProjector.CreateFresh(Identity, 5);
        foreach (var (projector, features) in new (LayeredProjector, Tensor)[] { (linear, Features(2, 5, 6)), (identity, Features(2, 5, 8)) })
        {
            var path = folder.File($"{projector.Config.Kind}.safetensors");
            var description = new JsonObject { ["kind"] = projector.Config.Kind };
            ((ISavablePart)projector).Save(path, description);
            var section = ConfigSection.Parse("captioner.json", Encoding.UTF8.GetBytes(description.ToJsonString()));
            using var loaded = Assert.IsAssignableFrom<LayeredProjector>(new CaptionerParts().Projectors.Of(section).Load(new(section, path, new())));
            Assert.Equal(projector.Config, loaded.Config);
            Assert.True(loaded.Project(features).allclose(projector.Project(features), rtol: 0, atol: 1e-5));
        }
    }

    [Fact]
    public void Where_features_are_one_vector_the_json_says_what_it_said()
    {
        var json = (Linear with { FeatureLength = null }).ToJson().ToJsonString();
        Assert.Equal("""{"kind":"linear","prefix_length":5,"embedding_dim":6,"hidden_size":8}""", json);
        Assert.Equal("""{"kind":"linear","prefix_length":5,"embedding_dim":6,"hidden_size":8,"feature_length":5}""", Linear.ToJson().ToJsonString());
    }

    [Fact]
    public void Shapes_that_dont_fit_the_kind_are_refused_with_figures_and_remedy()
    {
        Refuses(() => MlpProjector.CreateFresh(Linear with { Kind = MlpProjector.Kind }, 1), "a sequence of 5: take 'linear' or 'identity'");
        Refuses(() => LinearProjector.CreateFresh(Linear with { PrefixLength = 4 }, 1), "PrefixLength must be 5");
        Refuses(() => IdentityProjector.CreateFresh(Identity with { FeatureLength = null }, 1), "PrefixLength must be 1");
        Refuses(() => IdentityProjector.CreateFresh(Identity with { HiddenSize = 9 }, 1), "EmbeddingDimension (8) must be HiddenSize (9)");
        using var linear = LinearProjector.CreateFresh(Linear, 1);
        using var vectors = Features(2, 6);
        Refuses(() => linear.Project(vectors).Dispose(), "takes features [B, 5, 6], and got [2, 6]");
    }

    private static void Refuses(Action action, string message) => Assert.Contains(message, Assert.Throws<CaptioningException>(action).Message, StringComparison.Ordinal);

    private static Tensor Features(params long[] shape)
    {
        using var generator = new Generator(11, CPU);
        return randn(shape, generator: generator);
    }
}
