namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>Which parts of a layer drop out in a pass: adapters do also where the layer itself is frozen and doesn't.</summary>
/// <param name="Layers">The random zeros for the layer's own outputs, or null.</param>
/// <param name="Adapters">Those for what its adapters read, or null.</param>
internal readonly record struct LayerDropout(DropoutMasks? Layers, DropoutMasks? Adapters);
