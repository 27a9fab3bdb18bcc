using ClipGpt2.Captioning.Weights;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

public sealed class AllowedGlobalsTests
{
    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("builtins", "__import__")]
    [InlineData("torch", "load")]
    [InlineData("torch", "hub")]
    [InlineData("torch.storage", "torch")]
    [InlineData("torch._utils", "_import_dotted_name")]
    [InlineData("numpy", "load")]
    [InlineData("collections", "namedtuple")]
    [InlineData("collections", "OrderedDict.fromkeys")]
    [InlineData("collections.OrderedDict", "fromkeys")]
    [InlineData("argparse", "FileType")]
    [InlineData("pathlib", "Path.unlink")]
    [InlineData("src.config_loader.config_loader", "load_config")]
    [InlineData("src.config_loader.config_loader", "ClipConfig.model_validate_json")]
    [InlineData("src.config_loader", "ClipConfig")]
    [InlineData("", "")]
    public void A_name_that_is_not_on_the_list_is_refused_where_it_is_read(string module, string name)
    {
        foreach (var code in new[] { Global(module, name), Unicode(module) + Unicode(name) + "\u0093", $"(i{module}\n{name}\n" })
        {
            // What follows isn't even a pickle: nothing after the name may be looked at.
            var error = Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(code + "\u00ff"));
            Assert.Contains($"'{Pickled.File}'", error.Message, StringComparison.Ordinal);
            Assert.Contains($"'{module}.{name}'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Old_names_of_modules_are_shown_by_their_new_ones() =>
        Assert.Contains("'builtins.eval'", Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load("c__builtin__\neval\n.")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_name_that_could_garble_the_message_is_shown_escaped()
    {
        var error = Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(Unicode("os\u001b[2J") + Unicode(new string('x', 5000)) + "\u0093."));
        Assert.Contains("os\\x1b[2J", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 1000, "The message holds all of the name.");
    }

    [Theory]
    [InlineData("N)R.")]
    [InlineData("VA\n)R.")]
    [InlineData("ctorch\nfloat32\n)R.")]
    [InlineData("cargparse\nNamespace\n)\u0081)R.")]
    [InlineData("c_codecs\nencode\n)\u0081.")]
    [InlineData("(c_codecs\nencode\no.")]
    [InlineData("cargparse\nNamespace\n)}VA\nNs\u0092.")]
    [InlineData("ccopyreg\n_reconstructor\n(c_codecs\nencode\ncbuiltins\nobject\nNtR.")]
    [InlineData("ccopyreg\n_reconstructor\n(cbuiltins\nlist\ncbuiltins\nlist\n(ltR.")]
    [InlineData("cbuiltins\nobject\n)R.")]
    [InlineData("VA\n}b.")]
    [InlineData("cargparse\nNamespace\n}b.")]
    [InlineData("\u0082\u0001.")]
    [InlineData("\u0083\u0001\u0000.")]
    [InlineData("\u0084\u0001\u0000\u0000\u0000.")]
    [InlineData("c_codecs\nencode\n(VA\nVrot13\ntR.")]
    [InlineData("ctorch.storage\n_load_from_bytes\n(VA\ntR.")]
    [InlineData("cnumpy._core.multiarray\n_reconstruct\n(cbuiltins\nlist\n(I0\ntC\u0001btR.")]
    public void A_call_of_anything_but_data_types_is_refused(string code)
    {
        var error = Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(code));
        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_holds_within_the_streams_that_pickles_carry_as_bytes()
    {
        var stream = Bytes("\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019.I1001\n.}.cposix\nsystem\n.");
        var error = Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(Call("torch.storage", "_load_from_bytes", Binary(stream)) + "."));
        Assert.Contains("'posix.system'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_of_TorchScript_are_taken_in_its_archives_only()
    {
        const string Module = "c__torch__.clip.model\nCLIP\n)\u0081}VA\nI1\nsb.";
        Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(Module));
        Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(TorchSaveArchive.Bytes(Module)));
        var script = Pickled.Load(TorchSaveArchive.Bytes(Module, ("constants.pkl", Bytes(")."))));
        Assert.Equal("__torch__.clip.model.CLIP", script.ClassName);
        Assert.Equal(1, script["A"].AsInteger());
        var other = TorchSaveArchive.Bytes("c__torch__evil\nrun\n.", ("constants.pkl", Bytes(").")));
        Assert.Throws<UnsafeCheckpointException>(() => _ = Pickled.Load(other));
    }
}
