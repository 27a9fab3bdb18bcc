using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Weights;

[Collection(nameof(CountsTensors))]
public sealed class WeightLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SafetensorsFile _file;

    public WeightLoaderTests()
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(_folder.File("w"),
        [
            new("plain", torch.arange(6, torch.ScalarType.Float32).view(2, 3)),
            new("half", torch.ones(2, torch.ScalarType.Float16)),
            new("brain", torch.ones(2, torch.ScalarType.BFloat16)),
            new("double", torch.ones(2, torch.ScalarType.Float64)),
            new("ids", torch.arange(3)),
        ]);
        _file = SafetensorsFile.Open(_folder.File("w"));
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Every_floating_point_type_becomes_float32()
    {
        using var loader = new WeightLoader(_file, new ComputeOptions());
        foreach (var name in new[] { "half", "brain", "double" })
        {
            var tensor = loader.Take(name, 2);
            Assert.Equal(torch.ScalarType.Float32, tensor.dtype);
            Assert.Equal(2, tensor.sum().ToDouble());
        }
    }

    [Fact]
    public void One_error_lists_all_that_is_missing_misshapen_or_unexpected()
    {
        using var loader = new WeightLoader(_file, new ComputeOptions());
        loader.Take("plain", 3, 2);
        loader.Take("gone", 4);
        loader.Take("gone too", 5, 4);
        loader.Take("ids", 3);
        loader.Ignore(name => name == "double");
        var error = Assert.Throws<CheckpointFormatException>(loader.Finish);
        foreach (var part in new[] { _file.Location, "misshapen: 'plain' is [2, 3] and must be [3, 2]", "missing: 'gone' [4]", "missing: 'gone too' [5, 4]", "'ids' is I64", "unexpected: 'half'", "unexpected: 'brain'" })
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("double", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_handed_out_is_released_unless_the_loading_ends_well()
    {
        // A file keeps one tensor for each element type that was read: its map.
        _file.Read("plain").Dispose();
        _file.Read("half").Dispose();
        var before = CountsTensors.Settled();
        using (var loader = new WeightLoader(_file, new ComputeOptions()))
        {
            loader.Take("plain", 2, 3);
            loader.Take("gone", 4);
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
        var failing = new WeightLoader(_file, new ComputeOptions());
        failing.Take("half", 2);
        Assert.Throws<CheckpointFormatException>(failing.Finish);
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void What_was_handed_out_stays_when_the_loading_ends_well()
    {
        torch.Tensor tensor;
        using (torch.NewDisposeScope())
        {
            using var loader = new WeightLoader(_file, new ComputeOptions());
            tensor = loader.Take("plain", 2, 3);
            loader.Ignore(_ => true);
            loader.Finish();
        }

        using (tensor)
        {
            Assert.Equal(15, tensor.sum().ToDouble());
        }
    }

    [Fact]
    public void A_configuration_that_asks_for_the_impossible_allocates_nothing()
    {
        using var loader = new WeightLoader(_file, new ComputeOptions());
        Assert.Throws<CheckpointFormatException>(() => loader.Take("gone", 1L << 40, 1L << 40));
        Assert.Throws<CheckpointFormatException>(() => loader.Take("gone", -1));
    }

    [Fact]
    public void Weights_to_be_trained_are_copies()
    {
        using var loader = new WeightLoader(_file, new ComputeOptions { Trainable = true });
        loader.Take("plain", 2, 3).add_(1);
        using var again = _file.Read("plain");
        Assert.Equal(15, again.sum().ToDouble());
    }

    [Theory]
    [InlineData("h.0.attn.bias", true)]
    [InlineData("transformer.h.11.attn.masked_bias", true)]
    [InlineData("h.0.attn.c_attn.bias", false)]
    [InlineData("transformer.h.0.ln_1.bias", false)]
    public void Causal_masks_of_old_GPT2_files_are_no_weights(string name, bool mask)
    {
        Assert.Equal(mask, new Gpt2Names().IsBuffer(name));
        Assert.Equal(mask, new Gpt2HubNames().IsBuffer(name));
    }

    [Theory]
    [InlineData("transformer.wte.weight", "wte.weight")]
    [InlineData("transformer.h.11.attn.c_attn.bias", "h.11.attn.c_attn.bias")]
    [InlineData("lm_head.weight", "lm_head.weight")]
    public void Bare_GPT2_names_lead_to_the_models_and_back(string model, string stored)
    {
        var names = new Gpt2HubNames();
        Assert.Equal(stored, names.StoredName(model));
        Assert.Equal(model, names.ModelName(stored));
        Assert.Equal(model, new Gpt2Names().ModelName(new Gpt2Names().StoredName(model)));
    }
}
