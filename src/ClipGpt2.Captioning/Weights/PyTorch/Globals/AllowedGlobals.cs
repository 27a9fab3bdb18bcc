using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>The names that a pickle may use: the data types of checkpoints, by module and exact name.</summary>
/// <remarks>Names aren't walked along their dots, and a module on the list brings nothing but its names on the list.</remarks>
internal static class AllowedGlobals
{
    /// <summary>What the modules of TorchScript's own classes begin with. They lie in the archive's code, which is never read.</summary>
    private const string ScriptModules = "__torch__.";

    /// <summary>No class or function has a longer name; hashing and joining one again and again would take long.</summary>
    private const int LongestName = 1 << 10;

    private static readonly Dictionary<(string Module, string Name), object> Known = Create();

    /// <summary>Names of tensors that libtorch has and this library has no use for.</summary>
    private static readonly HashSet<string> UnsupportedTensors = new(StringComparer.Ordinal)
    {
        "_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_nested_tensor", "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass",
    };

    /// <summary>Looks a name up.</summary>
    /// <param name="module">The module.</param>
    /// <param name="name">The name in it.</param>
    /// <param name="reader">Where it is read.</param>
    /// <param name="scope">What surrounds the pickle.</param>
    /// <returns>A <see cref="PickleGlobal"/>, or the constant that the name stands for.</returns>
    /// <exception cref="UnsafeCheckpointException">It isn't on the list.</exception>
    public static object Find(string module, string name, PickleReader reader, PickleScope scope)
    {
        var today = module switch { "__builtin__" => "builtins", "copy_reg" => "copyreg", _ => module };
        var isPossible = module.Length + name.Length <= LongestName;
        if (isPossible && Known.TryGetValue((today, name), out var known))
        {
            return known;
        }

        if (isPossible && scope.IsTorchScript && (module + ".").StartsWith(ScriptModules, StringComparison.Ordinal))
        {
            return DataClasses.Record(module, name);
        }

        throw module == "torch._utils" && UnsupportedTensors.Contains(name)
            ? reader.Damaged($"asks for {module}.{name}, a tensor of an unsupported type: plain (dense) tensors are read")
            : reader.Unsafe(
                $"asks for the global '{PickleNames.Shown(today)}.{PickleNames.Shown(name)}', which isn't on the list of data types and might run code. " +
                "Nothing of it was run. Save the state dict alone (torch.save(model.state_dict(), path)) or as safetensors");
    }

    private static Dictionary<(string Module, string Name), object> Create()
    {
        var known = new Dictionary<(string Module, string Name), object>();
        foreach (var global in PythonClasses.All.Concat(TorchFunctions.All).Concat(NumpyFunctions.All).Concat(DataClasses.All))
        {
            known.Add((global.Module, global.Name), global);
        }

        foreach (var type in TorchTypes.Storages)
        {
            known.Add(("torch", type.Name), type);
        }

        known.Add(("torch.storage", TorchTypes.Untyped.Name), TorchTypes.Untyped);
        foreach (var name in TorchTypes.DataTypes.Keys)
        {
            known.Add(("torch", name), new PickleConstant("torch.dtype", "torch." + name));
        }

        return known;
    }
}
