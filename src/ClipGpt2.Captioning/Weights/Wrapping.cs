namespace ClipGpt2.Captioning.Weights;

/// <summary>What training programs put around a model's weights: keys under which they lie, and beginnings of all their names.</summary>
/// <remarks>Every reader of weights takes it off by this one list.</remarks>
internal static class Wrapping
{
    /// <summary>The keys: OpenCLIP's and Lightning's, and the usual ones; an average of the weights counts where it is all that there is.</summary>
    public static readonly string[] Keys = ["state_dict", "model_state_dict", "model_state", "model", "module", "ema"];

    /// <summary>The same as beginnings, and what <c>torch.compile</c> puts before the names.</summary>
    private static readonly string[] NamePrefixes = [.. Keys.Select(key => key + "."), "_orig_mod."];

    /// <summary>A source's tensors without what all their names begin with.</summary>
    /// <param name="source">The source.</param>
    /// <returns>The source itself where there is nothing to take off; else another one, which disposes it.</returns>
    public static ITensorSource TakeOff(ITensorSource source)
    {
        var length = CommonLength(source.Tensors.Keys);
        return length == 0 ? source : new RenamedTensors(source, name => name[length..], owned: source);
    }

    /// <summary>How long the beginnings are that all of the names have.</summary>
    public static int CommonLength(IEnumerable<string> names)
    {
        string[] all = [.. names];
        var length = 0;
        while (all.Length > 0 && NamePrefixes.FirstOrDefault(namePrefix => all.All(name => name.AsSpan(length).StartsWith(namePrefix, StringComparison.Ordinal))) is { } found)
        {
            length += found.Length;
        }

        return length;
    }
}
