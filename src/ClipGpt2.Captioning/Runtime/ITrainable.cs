using TorchSharp;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>A part of a captioner whose weights a trainer may change.</summary>
/// <remarks>The weights must have been loaded with <see cref="ComputeOptions.Trainable"/>.</remarks>
public interface ITrainable
{
    /// <summary>The weights by their name in the part's file, in a fixed order. They stay the part's own.</summary>
    /// <returns>Every weight once; a tied weight under one name.</returns>
    IEnumerable<KeyValuePair<string, torch.Tensor>> NamedParameters();

    /// <summary>The same weights by the same names, in the shapes that files have: by default, as they are.</summary>
    /// <returns>Views through which the weights can be changed, in the current dispose scope.</returns>
    IEnumerable<KeyValuePair<string, torch.Tensor>> StoredParameters() =>
        NamedParameters().Select(p => new KeyValuePair<string, torch.Tensor>(p.Key, p.Value.detach()));
}
