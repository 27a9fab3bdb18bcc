using ClipGpt2.Captioning.Decoding;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>The pictures of one batch on their way through the models: one whose figures aren't finite leaves it with an error, and the others go on.</summary>
/// <param name="names">Their names.</param>
internal sealed class PicturesInWork(string[] names)
{
    private readonly CaptioningException?[] _errors = new CaptioningException?[names.Length];

    /// <summary>The places in the batch of those that are still on their way; row i of what the models give is that of <c>Places[i]</c>.</summary>
    public int[] Places { get; private set; } = [.. Enumerable.Range(0, names.Length)];

    /// <summary>Why a picture has left, or null.</summary>
    public CaptioningException? ErrorOf(int place) => _errors[place];

    /// <summary>Drops the pictures whose rows aren't finite.</summary>
    /// <param name="rows">[B, ...], a row for each picture on its way.</param>
    /// <param name="figures">What the rows are, for messages.</param>
    /// <returns>The other rows.</returns>
    public Tensor Keep(Tensor rows, string figures)
    {
        var bad = NonFinite.Rows(rows);
        if (bad.Count == 0)
        {
            return rows;
        }

        long[] good = [.. Enumerable.Range(0, Places.Length).Except(bad).Select(row => (long)row)];
        foreach (var place in bad.Select(row => Places[row]))
        {
            _errors[place] = NonFinite.Error(figures, Name(place));
        }

        Places = [.. good.Select(row => Places[(int)row])];
        return rows.index_select(0, tensor(good, device: rows.device));
    }

    /// <summary>Drops a picture.</summary>
    public void Fail(int place, CaptioningException error)
    {
        _errors[place] = error;
        Places = [.. Places.Where(left => left != place)];
    }

    /// <summary>Drops the picture if the best of its captions has no figures.</summary>
    public void Check(int place, IReadOnlyList<Caption> captions)
    {
        if (captions.Count == 0)
        {
            Fail(place, new CaptioningException($"The decoder gave no caption of {Name(place)}."));
        }
        else if (!double.IsFinite(captions[0].Sequence.Score) || !captions[0].Sequence.LogProbabilities.All(float.IsFinite))
        {
            Fail(place, NonFinite.Error(NonFinite.DecoderScores, Name(place)));
        }
        else if (captions.Any(caption => caption.Similarity is { } similarity && !float.IsFinite(similarity)))
        {
            Fail(place, NonFinite.Error("The text encoder's similarities", Name(place)));
        }
    }

    private string Name(int place) => $"'{names[place]}'";
}
