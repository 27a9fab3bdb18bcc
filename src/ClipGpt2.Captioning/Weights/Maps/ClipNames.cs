namespace ClipGpt2.Captioning.Weights.Maps;

/// <summary>CLIP as transformers saves it: <c>CLIPModel</c>, <c>CLIPVisionModelWithProjection</c> and <c>CLIPTextModelWithProjection</c> share their names, and old versions add position ids.</summary>
internal sealed class ClipNames : WeightNameMap
{
    public override bool IsBuffer(string storedName) => storedName.EndsWith(".embeddings.position_ids", StringComparison.Ordinal);
}
