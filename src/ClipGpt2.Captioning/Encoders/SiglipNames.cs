using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>SigLIP's weights as transformers saves them; versions from 5 on may save a vision model alone without what the names of its tensors begin with.</summary>
internal sealed class SiglipNames(ITensorSource source) : WeightNameMap
{
    private const string Vision = "vision_model.";
    private const string First = "embeddings.patch_embedding.weight";

    private readonly bool _isFlat = source.Tensors.ContainsKey(First) && !source.Tensors.ContainsKey(Vision + First);

    public override string StoredName(string name) => _isFlat && name.StartsWith(Vision, StringComparison.Ordinal) ? name[Vision.Length..] : name;

    public override bool IsBuffer(string storedName) => storedName.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
}
