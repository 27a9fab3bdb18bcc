namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Which program wrote a checkpoint.</summary>
public enum CheckpointForm
{
    /// <summary>This library: a <c>.safetensors</c> file with the tensors that were trained.</summary>
    Own,

    /// <summary>The reference program: a pickle (or a file of <c>torch.save</c>) with nine keys and all tensors of GPT-2 and projector.</summary>
    Reference,

    /// <summary>ClipCap: a state dict with all tensors of GPT-2 and mapping network, and nothing about the models below.</summary>
    ClipCap,
}
