using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>One weight's part of a step.</summary>
/// <param name="Target">The weight, whose count of steps includes this one.</param>
/// <param name="Gradient">Its gradient.</param>
/// <param name="LearningRate">Its rate in this step.</param>
internal readonly record struct WeightUpdate(OptimizedWeight Target, Tensor Gradient, double LearningRate);
