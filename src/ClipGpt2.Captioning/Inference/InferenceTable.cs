namespace ClipGpt2.Captioning.Inference;

/// <summary>Gathers captions model by model, and tells them picture by picture as soon as each picture's are complete.</summary>
internal sealed class InferenceTable(IReadOnlyList<string> images, IReadOnlyList<string> models, Action<InferredCaption> tell)
{
    private readonly string?[,] _captions = new string?[images.Count, models.Count];
    private readonly int[] _missing = [.. Enumerable.Repeat(models.Count, images.Count)];
    private readonly List<InferredCaption> _rows = [];
    private int _told;

    /// <summary>The rows that have been told.</summary>
    public IReadOnlyList<InferredCaption> Rows => _rows;

    /// <summary>Notes what a model says of a picture.</summary>
    /// <param name="image">The picture's number.</param>
    /// <param name="model">The model's number.</param>
    /// <param name="caption">The caption; null if there is none.</param>
    public void Set(int image, int model, string? caption)
    {
        _captions[image, model] = caption;
        _missing[image]--;
        for (; _told < images.Count && _missing[_told] == 0; _told++)
        {
            Tell(_told);
        }
    }

    private void Tell(int image)
    {
        for (var model = 0; model < models.Count; model++)
        {
            if (_captions[image, model] is { } caption)
            {
                var row = new InferredCaption(Path.GetFileName(images[image]), Path.GetFileName(models[model]), caption);
                _rows.Add(row);
                tell(row);
            }
        }
    }
}
