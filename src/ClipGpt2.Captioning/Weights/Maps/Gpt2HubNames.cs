namespace ClipGpt2.Captioning.Weights.Maps;

/// <summary>GPT-2 as its file on the hub has it, saved from the bare <c>GPT2Model</c>: without the prefix <c>transformer.</c> and without a head.</summary>
internal sealed class Gpt2HubNames : Gpt2Names
{
    public override string StoredName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    public override string ModelName(string storedName) => storedName == Head ? storedName : Prefix + storedName;
}
