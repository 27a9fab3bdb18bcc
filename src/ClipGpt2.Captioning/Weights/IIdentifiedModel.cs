namespace ClipGpt2.Captioning.Weights;

/// <summary>A part of a captioner that can say which model it is, so that what was computed with it is never taken for another model's.</summary>
/// <remarks>An encoder of a host's own implements it to have its embeddings kept in an embedding store.</remarks>
public interface IIdentifiedModel
{
    /// <summary>Which model it is.</summary>
    /// <exception cref="CaptioningException">The files that it came from can't be read any more.</exception>
    ModelIdentity Identity { get; }
}
