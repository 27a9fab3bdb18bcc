namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>A token that might continue a beam.</summary>
/// <param name="Score">The beam's score with the token's.</param>
/// <param name="TokenScore">The token's alone.</param>
/// <param name="Beam">The beam.</param>
/// <param name="Token">The token.</param>
/// <param name="Key">What candidates are ranked by: the score, or when sampling the score with noise.</param>
internal readonly record struct Candidate(float Score, float TokenScore, int Beam, int Token, float Key);
