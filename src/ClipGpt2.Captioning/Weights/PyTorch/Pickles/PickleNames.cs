using System.Numerics;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>What values of pickles are called in messages.</summary>
internal static class PickleNames
{
    public static string Describe(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        long or BigInteger => "an integer",
        double => "a number",
        string => "a text",
        ByteRegion => "bytes",
        PickleTuple tuple => "a " + tuple.ClassName,
        PickleList list => "a " + list.ClassName,
        PickleDictionary dictionary => "a " + dictionary.ClassName,
        PickleObject instance => "an object of " + instance.ClassName,
        PickleGlobal global => "the class or function " + global.FullName,
        PickleConstant constant => "a " + constant.ClassName,
        StoredTensor => "a tensor",
        StoredStorage => "a storage",
        StorageClass => "a class of storages",
        _ => "something else",
    };

    /// <summary>A name from a file, made fit to be shown.</summary>
    public static string Shown(string name)
    {
        const int Longest = 200;
        var cut = name.Length > Longest ? name[..Longest] + "..." : name;
        return string.Concat(cut.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : $"{c}"));
    }
}
