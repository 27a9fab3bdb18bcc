using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Pickles that write a file where Python reads them: they are refused, and the file isn't there.</summary>
public sealed class PayloadTests : IDisposable
{
    private const string Trace = "trace";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Payloads => ["os.system", "posix.system", "subprocess.Popen", "builtins.exec", "builtins.open", "INST", "STACK_GLOBAL", "BUILD"];

    public static TheoryData<string> Carriers => ["plain", "zip", "legacy", "nested", "TorchScript", "after a state dict"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_payload_is_refused_and_leaves_no_trace(string payload) => AssertRefused(Bytes(Payload(payload) + "."));

    [Theory]
    [MemberData(nameof(Carriers))]
    public void A_payload_is_refused_whatever_carries_it(string carrier)
    {
        var payload = Payload("os.system");
        AssertRefused(carrier switch
        {
            "plain" => Bytes(payload + "."),
            "zip" => TorchSaveArchive.Bytes(payload + "."),
            "legacy" => LegacyCode.Stream(payload),
            "nested" => Bytes(Call("torch.storage", "_load_from_bytes", Binary(LegacyCode.Stream(payload))) + "."),
            "TorchScript" => TorchSaveArchive.Bytes(payload + ".", ("constants.pkl", Bytes(").")), ("code/__torch__.py", Bytes("import os"))),
            _ => TorchSaveArchive.Bytes(Dictionary(("w", Tensor(Storage("FloatStorage", "0", 1), 0, [1], [1])), ("x", payload)) + ".", ("data/0", new byte[4])),
        });
    }

    private string Payload(string kind)
    {
        var path = _folder.File(Trace);
        var shell = $"echo ran > '{path}'";
        return kind switch
        {
            "os.system" => Call("os", "system", Unicode(shell)),
            "posix.system" => Call("posix", "system", Unicode(shell)),
            "subprocess.Popen" => Call("subprocess", "Popen", Tuple(Unicode("touch"), Unicode(path))),
            "builtins.exec" => Call("__builtin__", "exec", Unicode($"open('{path}', 'w').close()")),
            "builtins.open" => Call("builtins", "open", Unicode(path), Unicode("w")),
            "INST" => $"({Unicode(shell)}ios\nsystem\n",
            "STACK_GLOBAL" => $"{Unicode("os")}{Unicode("system")}\u0093{Tuple(Unicode(shell))}R",
            _ => $"cargparse\nNamespace\n)\u0081{Dictionary(("__setstate__", Global("os", "system")))}b{Unicode(shell)}b",
        };
    }

    private void AssertRefused(byte[] file)
    {
        var path = _folder.File("model.pt");
        File.WriteAllBytes(path, file);
        var error = Assert.Throws<UnsafeCheckpointException>(() => PyTorchFile.Open(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Throws<UnsafeCheckpointException>(() => TensorFiles.Open(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }
}
