using ClipGpt2.Captioning.Tests.Encoders;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Weights;

public sealed class OpenAiClipNamesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_stored_name_has_names_that_lead_back_to_it(bool isResNet)
    {
        using var clip = new TinyOpenAiClip(isResNet);
        var names = new OpenAiClipNames(isResNet);
        foreach (var stored in clip.Names)
        {
            var places = names.ModelNames(stored).Select(names.PlaceOf).ToList();
            Assert.All(places, place => Assert.Equal(stored, place.Name));
            Assert.Equal(Enumerable.Range(0, places[0].Parts), places.Select(place => place.Part));
        }
    }

    [Fact]
    public void The_rows_of_queries_keys_and_values_are_cut_in_this_order_and_joined_again()
    {
        using var scope = NewDisposeScope();
        var stored = arange(24, ScalarType.Float32).view(6, 4);
        var names = new OpenAiClipNames();
        var model = names.ModelNames("transformer.resblocks.11.attn.in_proj_weight");
        Assert.Equal(["q_proj", "k_proj", "v_proj"], model.Select(name => name.Split('.')[^2]));
        var parts = model.Select(name => names.PlaceOf(name).Cut(stored)).ToList();
        Assert.Equal([0, 8, 16], parts.Select(part => part.data<float>()[0]));
        Assert.True(names.PlaceOf(model[0]).Join(parts).equal(stored).all().item<bool>());
    }

    [Fact]
    public void A_projection_is_turned_round_and_back()
    {
        using var scope = NewDisposeScope();
        var stored = arange(6, ScalarType.Float32).view(2, 3);
        var place = new OpenAiClipNames().PlaceOf("visual_projection.weight");
        var weight = place.Cut(stored);
        Assert.Equal("visual.proj", place.Name);
        Assert.Equal([3L, 2], weight.shape);
        Assert.Equal(3, weight[0, 1].item<float>());
        Assert.True(weight.is_contiguous());
        Assert.Equal([2L, 3], place.StoredShape(weight.shape));
        Assert.True(place.Join([weight]).equal(stored).all().item<bool>());
    }

    [Fact]
    public void A_name_of_no_form_stays_as_it_is_both_ways()
    {
        var names = new OpenAiClipNames();
        Assert.All(["transformer.resblocks", "transformer.resblocks.0", "transformer.resblocks.0.ls_1.gamma", "visual.trunk.stem.0.weight", ""], name =>
        {
            Assert.Equal([name], names.ModelNames(name));
            Assert.Equal(name, names.PlaceOf(name).Name);
        });
    }

    [Fact]
    public void A_matrix_that_has_no_three_parts_is_named()
    {
        using var scope = NewDisposeScope();
        using var tensors = new MemoryTensors("a test", [new("transformer.resblocks.0.attn.in_proj_weight", zeros(4, 2).DetachFromDisposeScope())]);
        var error = Assert.Throws<CheckpointFormatException>(() => new ModelNamedTensors(tensors, new OpenAiClipNames()));
        Assert.Contains("in_proj_weight' is [4, 2] and must be 3 blocks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_part_is_named_when_parts_are_joined()
    {
        using var scope = NewDisposeScope();
        using var tensors = new MemoryTensors("a test", [new("text_model.encoder.layers.0.self_attn.q_proj.bias", zeros(4).DetachFromDisposeScope())]);
        var error = Assert.Throws<CheckpointFormatException>(() => new StoredNamedTensors(tensors, new OpenAiClipNames()));
        Assert.Contains("1 of the 3 weights that 'transformer.resblocks.0.attn.in_proj_bias'", error.Message, StringComparison.Ordinal);
    }
}
