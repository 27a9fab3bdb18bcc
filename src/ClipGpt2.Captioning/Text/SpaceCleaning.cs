namespace ClipGpt2.Captioning.Text;

/// <summary>Takes out the spaces that tokenizing leaves before English punctuation and endings.</summary>
/// <remarks>Source: <c>clean_up_tokenization</c> of transformers' <c>tokenization_utils_base.py</c>.</remarks>
internal static class SpaceCleaning
{
    private static readonly (string Found, string Written)[] Replacements =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string Apply(string text) =>
        Replacements.Aggregate(text, (cleaned, replacement) => cleaned.Replace(replacement.Found, replacement.Written, StringComparison.Ordinal));
}
