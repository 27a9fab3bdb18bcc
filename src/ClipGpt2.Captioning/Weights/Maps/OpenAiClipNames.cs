namespace ClipGpt2.Captioning.Weights.Maps;

/// <summary>CLIP as OpenAI's program saves it, and OpenCLIP after it: queries, keys and values in one matrix, projections turned round, head counts left out.</summary>
/// <remarks>
/// Source: openai/CLIP, <c>clip/model.py</c>; for the vision transformer transformers' <c>convert_clip_original_pytorch_to_hf.py</c>, which gives
/// the names that models ask by. The ModifiedResNet has none there: its tower asks by OpenAI's.
/// </remarks>
/// <param name="isResNet">Whether the image tower is a ModifiedResNet.</param>
internal sealed class OpenAiClipNames(bool isResNet = false) : WeightNameMap
{
    /// <summary>What the names of the image tower's weights begin with.</summary>
    public const string Visual = "visual.";

    /// <summary>The numbers that OpenAI's own archives keep among the weights.</summary>
    public static readonly IReadOnlyList<string> Numbers = ["input_resolution", "context_length", "vocab_size"];

    private const string JoinedBeginning = "attn.in_proj_";

    private static readonly NamePairs Whole = new(
        ("logit_scale", "logit_scale"),
        ("text_model.embeddings.token_embedding.weight", "token_embedding.weight"),
        ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
        ("text_model.final_layer_norm.weight", "ln_final.weight"),
        ("text_model.final_layer_norm.bias", "ln_final.bias"),
        ("vision_model.embeddings.class_embedding", "visual.class_embedding"),
        ("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight"),
        ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
        ("vision_model.pre_layrnorm.weight", "visual.ln_pre.weight"),
        ("vision_model.pre_layrnorm.bias", "visual.ln_pre.bias"),
        ("vision_model.post_layernorm.weight", "visual.ln_post.weight"),
        ("vision_model.post_layernorm.bias", "visual.ln_post.bias"));

    private static readonly NamePairs Turned = new(("text_projection.weight", "text_projection"), ("visual_projection.weight", "visual.proj"));

    private static readonly NamePairs Stacks = new(
        ("text_model.encoder.layers.", "transformer.resblocks."), ("vision_model.encoder.layers.", "visual.transformer.resblocks."));

    private static readonly NamePairs BlockLayers = new(
        ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"), ("self_attn.out_proj", "attn.out_proj"));

    /// <summary>The layers of a block that are stored in one matrix, in the order of their rows.</summary>
    private static readonly string[] Joined = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    public override string StoredName(string name) => PlaceOf(name).Name;

    /// <summary>Whether OpenAI's archives or old versions of OpenCLIP keep a tensor beside the modules' own.</summary>
    public static bool IsNoPartOfStateDict(string storedName) => Numbers.Contains(storedName) || storedName is "attn_mask";

    public override bool IsBuffer(string storedName) =>
        IsNoPartOfStateDict(storedName) || storedName.EndsWith(".num_batches_tracked", StringComparison.Ordinal);

    internal override WeightPlace PlaceOf(string name)
    {
        if (Turned.Stored(name) is { } turned)
        {
            return new(turned, IsTurned: true);
        }

        if (Stacks.Find(pair => name.StartsWith(pair.Model, StringComparison.Ordinal)) is not { } stack)
        {
            return new(Whole.Stored(name) ?? name);
        }

        var (block, layer, part) = Split(name[stack.Model.Length..]);
        var joined = Array.IndexOf(Joined, layer);
        return joined >= 0
            ? new($"{stack.Stored}{block}.{JoinedBeginning}{part}", joined, Joined.Length)
            : new(BlockLayers.Stored(layer) is { } stored ? $"{stack.Stored}{block}.{stored}.{part}" : name);
    }

    /// <summary>The names by which models ask for what a stored tensor holds, in the order of its parts: the reverse of <see cref="PlaceOf"/>.</summary>
    public IReadOnlyList<string> ModelNames(string storedName)
    {
        if (isResNet && storedName.StartsWith(Visual, StringComparison.Ordinal))
        {
            return [storedName];
        }

        if (Stacks.Find(pair => storedName.StartsWith(pair.Stored, StringComparison.Ordinal)) is not { } stack)
        {
            return [Turned.Model(storedName) ?? Whole.Model(storedName) ?? storedName];
        }

        var rest = storedName[stack.Stored.Length..];
        if (rest.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot && rest[(dot + 1)..].StartsWith(JoinedBeginning, StringComparison.Ordinal))
        {
            return [.. Joined.Select(layer => $"{stack.Model}{rest[..dot]}.{layer}.{rest[(dot + 1 + JoinedBeginning.Length)..]}")];
        }

        var (block, stored, part) = Split(rest);
        return [BlockLayers.Model(stored) is { } model ? $"{stack.Model}{block}.{model}.{part}" : storedName];
    }

    /// <summary><c>3.mlp.c_fc.weight</c> into <c>3</c>, <c>mlp.c_fc</c> and <c>weight</c>.</summary>
    private static (string Block, string Layer, string Part) Split(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is >= 0 and var first && name.LastIndexOf('.') is var last && last > first
            ? (name[..first], name[(first + 1)..last], name[(last + 1)..])
            : ("", name, "");
}
