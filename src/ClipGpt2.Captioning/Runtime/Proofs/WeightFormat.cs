namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>What becomes of a float32 weight before a product multiplies it.</summary>
internal enum WeightFormat
{
    /// <summary>It stays as it is.</summary>
    Float32,

    /// <summary>It is rounded to the bfloat16 next to it.</summary>
    BFloat16,

    /// <summary>It is rounded to the float16 next to it.</summary>
    Float16,

    /// <summary>It is rounded to one of 255 levels of its output's largest weight.</summary>
    Int8,
}
