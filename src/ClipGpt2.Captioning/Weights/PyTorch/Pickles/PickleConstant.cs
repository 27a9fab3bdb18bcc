namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A name that stands for itself, such as <c>torch.float16</c>, or a value that is known by its text, such as a device or a path.</summary>
/// <param name="ClassName">What it is.</param>
/// <param name="Text">Its text.</param>
internal sealed record PickleConstant(string ClassName, string Text);
