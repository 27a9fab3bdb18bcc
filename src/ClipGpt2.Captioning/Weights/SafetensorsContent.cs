namespace ClipGpt2.Captioning.Weights;

/// <summary>A tensor to be written into a safetensors file, as bytes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="WriteTo">Writes its bytes: little-endian, rows last, as many as type and shape need.</param>
internal sealed record SafetensorsContent(string Name, ElementType Type, IReadOnlyList<long> Shape, Action<Stream> WriteTo)
{
    public long ByteLength => Shape.Aggregate(1L, (a, b) => a * b) * Type.Bits / 8;
}
