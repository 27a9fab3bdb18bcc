using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>A model's weights with some of them replaced by those of another file, as a fine-tuned model is stored beside its base.</summary>
/// <param name="below">The base's weights; they stay the caller's.</param>
/// <param name="above">What replaces them; it stays the caller's.</param>
/// <param name="namePrefix">What the names in <paramref name="above"/> begin with, such as <c>gpt.</c>; others don't count.</param>
/// <param name="names">How the base names what <paramref name="above"/> names as models do.</param>
internal sealed class OverlaidTensors(ITensorSource below, ITensorSource above, string namePrefix, WeightNameMap names) : ITensorSource
{
    private readonly Dictionary<string, string> _replaced = above.Tensors.Keys
        .Where(name => name.StartsWith(namePrefix, StringComparison.Ordinal))
        .ToDictionary(name => names.StoredName(name[namePrefix.Length..]), StringComparer.Ordinal);

    public string Location => _replaced.Count == 0 ? below.Location : above.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors => field ??= Merge();

    public torch.Tensor Read(string name) => _replaced.TryGetValue(name, out var replacing) ? above.Read(replacing) : below.Read(name);

    public void Dispose()
    {
    }

    private Dictionary<string, TensorInfo> Merge()
    {
        var merged = new Dictionary<string, TensorInfo>(below.Tensors, StringComparer.Ordinal);
        foreach (var (name, replacing) in _replaced)
        {
            merged[name] = above.Tensors[replacing] with { Name = name };
        }

        return merged;
    }
}
