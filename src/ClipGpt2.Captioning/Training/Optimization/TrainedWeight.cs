using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>A weight that training changes.</summary>
/// <param name="Name">Its name, which no other weight of the run has.</param>
/// <param name="Weight">The weight, which stays its part's own.</param>
/// <param name="Role">The role of the part that it belongs to (<see cref="Parts.PartRole"/>).</param>
internal sealed record TrainedWeight(string Name, Tensor Weight, string Role)
{
    /// <summary>Whether weight decay usually spares it.</summary>
    /// <remarks>
    /// Transformers' rule (<c>get_decay_parameter_names</c>) goes by the kind of layer, which the number of dimensions tells: all but biases and
    /// norms have two or more, except for CLIP's class embedding. Names don't tell, for GPT-2's norms are called <c>ln_1</c>.
    /// </remarks>
    public bool IsBiasOrNorm => Weight.dim() < 2 && !Name.EndsWith("class_embedding", StringComparison.Ordinal);
}
