namespace ClipGpt2.Captioning.Weights;

/// <summary>What a file says of one of its tensors.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="DataType">The element type by safetensors' name: <c>F32</c>, <c>BF16</c>, <c>I64</c>, ...</param>
/// <param name="Shape">The sizes; empty for a scalar.</param>
/// <param name="ByteLength">The bytes that the elements take in the file.</param>
public sealed record TensorInfo(string Name, string DataType, IReadOnlyList<long> Shape, long ByteLength);
