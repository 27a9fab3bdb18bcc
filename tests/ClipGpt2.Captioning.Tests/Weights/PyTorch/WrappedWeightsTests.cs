using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Training programs save weights under a key, or with something before every name; whoever reads weights takes that off alike.</summary>
public sealed class WrappedWeightsTests : IDisposable
{
    private const string Golden = "tests/golden";

    private static readonly string One = Tensor(Storage("FloatStorage", "beside", 1), 0, [1], [1]);

    /// <summary>Ways to save, each as what stands before the names and what is made of the state dict.</summary>
    private static readonly Dictionary<string, (string Before, Func<string, string> Wrap)> Ways = new()
    {
        ["plain"] = ("", code => code),
        ["module."] = ("module.", code => code),
        ["model."] = ("model.", code => code),
        ["_orig_mod."] = ("_orig_mod.", code => code),
        ["module._orig_mod."] = ("module._orig_mod.", code => code),
        ["state_dict"] = ("", code => Beside("state_dict", code)),
        ["model_state_dict"] = ("", code => Beside("model_state_dict", code)),
        ["model"] = ("", code => Beside("model", code)),
        ["module"] = ("", code => Beside("module", code)),
        ["ema"] = ("", code => Beside("ema", code)),
        ["state_dict with module."] = ("module.", code => Beside("state_dict", code)),
        ["state_dict with model."] = ("model.", code => Beside("state_dict", code)),
        ["model within state_dict"] = ("", code => Dictionary(("state_dict", Beside("model", code)))),
        ["ema beside a name of the model"] = ("", code => Dictionary(("model", Unicode("gpt2")), ("ema", code))),
        ["beside a tensor"] = ("module.", code => Dictionary(("epoch", One), ("model", code))),
    };

    private static readonly string[] Figures = ["train_loss", "validation_loss", "validation_bert_precision", "validation_bert_recall", "validation_bert_f1_score"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Wrappings => [.. Ways.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void A_file_of_weights(string wrapping)
    {
        using var source = TensorFiles.Open(Save(wrapping, "weights.pt", [new("a.w", ones(2)), new("b", zeros(3))]));
        Assert.Equal(["a.w", "b"], source.Tensors.Keys.Order());
        using var read = source.Read("b");
        Assert.Equal([0, 0, 0], read.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void A_checkpoint_of_ClipCap(string wrapping)
    {
        var original = Path.Combine(SampleCaptioner.Repository, Golden, "checkpoints/clipcap/mlp_old_buffers-000.pt");
        using var plain = TensorFiles.Open(original);
        var path = Save(wrapping, "run-003.pt", plain.Tensors.Keys.Where(name => plain.Tensors[name].DataType == "F32").Select(name => KeyValuePair.Create(name, plain.Read(name))));
        Assert.True(CaptionCheckpoint.IsOne(path));
        using var checkpoint = CaptionCheckpoint.Open(path);
        Assert.Equal(CheckpointForm.ClipCap, checkpoint.Form);
        using var expected = CaptionCheckpoint.Open(original);
        Assert.Equal(Texts(expected), Texts(checkpoint));
    }

    [Theory]
    [InlineData("module.", null)]
    [InlineData("model.", null)]
    [InlineData("", "state_dict")]
    [InlineData("module.", "model")]
    [InlineData("", "ema")]
    public void The_seeds_checkpoint(string before, string? key)
    {
        var original = Path.Combine(SampleCaptioner.Repository, Golden, "checkpoints/seed/clip_gpt2_wide.pkl");
        using var plain = TensorFiles.Open(original);
        var path = _folder.File("seed.pt");
        TorchSaveArchive.Write(path, Named(plain.Tensors.Keys.Select(name => KeyValuePair.Create(name, plain.Read(name))), before), code => key is null ? Seed(code) : Beside(key, Seed(code)));
        Assert.True(CaptionCheckpoint.IsOne(path));
        using var checkpoint = CaptionCheckpoint.Open(path);
        Assert.Equal((CheckpointForm.Reference, """{"model":"clip"}"""), (checkpoint.Form, checkpoint.Metadata["clip_config"]));
        using var expected = CaptionCheckpoint.Open(original);
        Assert.Equal(expected.Tensors.Keys.Order(), checkpoint.Tensors.Keys.Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("state_dict.module.")]
    [InlineData("ema.")]
    public void Safetensors_and_shards(string before)
    {
        SafetensorsWriter.Write(_folder.File("one.safetensors"), Named([new("a.w", ones(2)), new("b", zeros(3))], before));
        SafetensorsWriter.Write(_folder.File("1.safetensors"), Named([new("a.w", ones(2))], before));
        TorchSaveArchive.Write(_folder.File("2.bin"), Named([new("b", zeros(3))], before));
        _folder.Write("model.safetensors.index.json", $$$"""{"weight_map": {"{{{before}}}a.w": "1.safetensors", "{{{before}}}b": "2.bin"}}""");
        foreach (var name in new[] { "one.safetensors", "model.safetensors.index.json" })
        {
            using var source = TensorFiles.Open(_folder.File(name));
            Assert.Equal(["a.w", "b"], source.Tensors.Keys.Order());
            using var read = source.Read("a.w");
            Assert.Equal([1, 1], read.data<float>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void Adapters(string wrapping)
    {
        _folder.Write("adapter_config.json", """{"peft_type": "LORA", "r": 2, "lora_alpha": 2, "target_modules": ["c_attn"]}""");
        Save(wrapping, "adapter_model.bin", [new("base_model.model.transformer.h.0.attn.c_attn.lora_A.weight", ones(2, 4)), new("base_model.model.transformer.h.0.attn.c_attn.lora_B.weight", ones(12, 2))]);
        using var adapter = LoraAdapter.Open(_folder.Path);
        Assert.Equal(["transformer.h.0.attn.c_attn.lora_A.weight", "transformer.h.0.attn.c_attn.lora_B.weight"], adapter.Weights.Tensors.Keys.Order());
    }

    [Fact]
    public void What_only_some_names_begin_with_stays()
    {
        using var source = TensorFiles.Open(Save("plain", "weights.pt", [new("model.a", ones(2)), new("ema.a", ones(2))]));
        Assert.Equal(["ema.a", "model.a"], source.Tensors.Keys.Order());
    }

    [Fact]
    public void Of_weights_and_their_average_the_weights_count()
    {
        TorchSaveArchive.Write(_folder.File("both.pt"), [new("a", ones(2))], code => Dictionary(("ema", Dictionary(("average", One))), ("model", code)));
        using var source = TensorFiles.Open(_folder.File("both.pt"));
        Assert.Equal(["a"], source.Tensors.Keys);
    }

    [Fact]
    public void Wrappers_without_end_come_to_one()
    {
        File.WriteAllBytes(_folder.File("self.pt"), TorchSaveArchive.Bytes($"}}q\u0001({Unicode("model")}h\u0001u."));
        Assert.Throws<CheckpointFormatException>(() => TensorFiles.Open(_folder.File("self.pt")));
        Assert.False(CaptionCheckpoint.IsOne(_folder.File("self.pt")));
    }

    private static string Seed(string stateDict)
    {
        var figures = Figures.Select(name => (name, "N"));
        return Dictionary([
            ("clip_config", Dictionary(("model", Unicode("clip")))), ("gpt2_config", Dictionary(("model", Unicode("gpt2")))), ("training_config", "}"), .. figures, ("caption_model_state_dict", stateDict),
        ]);
    }

    private static string Beside(string key, string code) => Dictionary(("epoch", Int(3)), ("optimizer", Dictionary(("state", Dictionary(("0", One))))), (key, code));

    private static IReadOnlyList<string> Texts(CaptionCheckpoint checkpoint)
    {
        var golden = Path.Combine(SampleCaptioner.Repository, Golden);
        using var captioner = Captioner.FromPretrained(checkpoint.Path, new() { Bases = new() { Encoder = Path.Combine(golden, "models/tiny-clip"), Decoder = Path.Combine(golden, "checkpoints/mini-gpt2") } });
        return [.. SampleCaptioner.Images.Select(image => captioner.Caption(image).Text)];
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(IEnumerable<KeyValuePair<string, Tensor>> tensors, string before) =>
        tensors.Select(tensor => KeyValuePair.Create(before + tensor.Key, tensor.Value));

    private string Save(string wrapping, string name, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var (before, wrap) = Ways[wrapping];
        TorchSaveArchive.Write(_folder.File(name), Named(tensors, before), wrap);
        return _folder.File(name);
    }
}
