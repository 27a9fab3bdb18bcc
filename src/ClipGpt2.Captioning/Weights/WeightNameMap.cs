namespace ClipGpt2.Captioning.Weights;

/// <summary>How one form of stored weights names what a model asks for.</summary>
/// <remarks>Models ask by the names of Hugging Face's <c>GPT2LMHeadModel</c>, <c>CLIPModel</c> and so on. Implementations hold no state.</remarks>
internal abstract class WeightNameMap
{
    /// <summary>The stored name of a weight.</summary>
    /// <param name="name">The name that the model asks by.</param>
    /// <returns>The name in the file.</returns>
    public virtual string StoredName(string name) => name;

    /// <summary>Where in the file a weight is, for a form that joins or turns some.</summary>
    /// <param name="name">The name that the model asks by.</param>
    internal virtual WeightPlace PlaceOf(string name) => new(StoredName(name));

    /// <summary>Whether a stored tensor is no weight but something that the program which wrote it keeps beside them (masks, position ids).</summary>
    /// <param name="storedName">The name in the file.</param>
    /// <returns>True if a model has no use for it.</returns>
    public virtual bool IsBuffer(string storedName) => false;
}
