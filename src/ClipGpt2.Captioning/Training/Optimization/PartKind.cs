namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>The part of a captioner that a weight belongs to.</summary>
internal enum PartKind
{
    Encoder,
    Projector,
    Decoder,
}
