namespace ClipGpt2.Captioning.Encoders;

/// <summary>What a built-in image encoder gives for a picture.</summary>
public enum ImageFeatures
{
    /// <summary>One vector, [B, D]: CLIP's projected embedding, SigLIP's pooled one.</summary>
    Embedding,

    /// <summary>The last hidden state of each patch, row by row, [B, T, H]: without the class token.</summary>
    Patches,

    /// <summary>The last hidden state of each token, [B, T, H]: the class token, and then the patches. Only towers that have one.</summary>
    Tokens,
}
