namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>CLIP's image tower in ONNX Runtime: pictures to embeddings [B, 512].</summary>
internal sealed class ClipPeer(PeerModel model, PeerThreads threads) : TowerPeer(model.Open("clip-vit-b32.onnx", threads), "image_embeds", EmbeddingDimension)
{
    public const int EmbeddingDimension = 512;
}
