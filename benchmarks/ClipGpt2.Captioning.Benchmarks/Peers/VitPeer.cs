namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>ViT-B/16 in ONNX Runtime: pictures to states [B, 197, 768].</summary>
internal sealed class VitPeer(PeerModel model, PeerThreads threads) : TowerPeer(model.Open("vit-b16.onnx", threads), "last_hidden_state", Positions, HiddenSize)
{
    public const int Positions = 197;
    public const int HiddenSize = 768;
}
