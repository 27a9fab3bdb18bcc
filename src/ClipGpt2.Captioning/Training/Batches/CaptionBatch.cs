namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The texts of a batch: what the decoder gets beside visual tokens, and what it has to foretell where.</summary>
/// <remarks>
/// Where visual tokens stand before the text, the last token of a caption is foretold and not given, since nothing follows it: of T tokens the decoder gets
/// T - 1. Where they are read beside it, the decoder gets all T and puts its start token before them, so that position i foretells token i: nothing is
/// shifted here. Rows are filled up on their right, where causal attention never looks.
/// </remarks>
internal sealed record CaptionBatch
{
    private CaptionBatch(int rows, int width, long[] inputs, long[] outputs, long[] labels) =>
        (Rows, Width, Inputs, Outputs, Labels) = (rows, width, inputs, outputs, labels);

    /// <summary>The captions of pictures that have none yet.</summary>
    public static CaptionBatch None { get; } = new(0, 0, [], [], []);

    /// <summary>The number B of captions.</summary>
    public int Rows { get; }

    /// <summary>The number of tokens that the decoder gets of each.</summary>
    public int Width { get; }

    /// <summary>The tokens that the decoder gets, [B, width].</summary>
    public long[] Inputs { get; }

    /// <summary>The positions that foretell, counted through [B, visual positions + width] row by row; [N].</summary>
    public long[] Outputs { get; }

    /// <summary>What they have to foretell, [N].</summary>
    public long[] Labels { get; }

    /// <summary>What each of their losses is multiplied by, [N]; null for 1.</summary>
    public double[]? Weights { get; private init; }

    /// <summary>Lays out captions.</summary>
    /// <param name="captions">The tokens of each.</param>
    /// <param name="targets">Which tokens count.</param>
    /// <param name="visualPositions">The positions that visual tokens take before each; 0 where they are read beside the text.</param>
    /// <param name="weights">What the losses of each caption's tokens are multiplied by; null for 1.</param>
    public static CaptionBatch Create(
        IReadOnlyList<ReadOnlyMemory<int>> captions, Objectives.CaptionTargets targets, int visualPositions, IReadOnlyList<double>? weights = null)
    {
        var unread = visualPositions == 0 ? 0 : 1;
        var width = Math.Max(0, captions.Max(caption => caption.Length) - unread);
        var inputs = new long[captions.Count * width];
        Array.Fill(inputs, targets.Filler);
        var outputs = new List<long>();
        var labels = new List<long>();
        var labelWeights = weights is null ? null : new List<double>();
        for (var row = 0; row < captions.Count; row++)
        {
            var tokens = captions[row].Span;
            var first = (row * (visualPositions + width)) + visualPositions - unread;
            for (var i = 0; i < tokens.Length; i++)
            {
                if (i < tokens.Length - unread)
                {
                    inputs[(row * width) + i] = tokens[i];
                }

                if (targets.Counts(tokens[i]))
                {
                    outputs.Add(first + i);
                    labels.Add(tokens[i]);
                    labelWeights?.Add(weights![row]);
                }
            }
        }

        return new CaptionBatch(captions.Count, width, inputs, [.. outputs], [.. labels]) { Weights = labelWeights?.ToArray() };
    }
}
