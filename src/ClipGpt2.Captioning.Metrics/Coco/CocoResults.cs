namespace ClipGpt2.Captioning.Metrics.Coco;

/// <summary>The candidate captions of a model, from a COCO results file: <c>[{"image_id": 1, "caption": "..."}]</c>.</summary>
public sealed class CocoResults
{
    private const int NamedInMessage = 5;

    private CocoResults(string path, IReadOnlyDictionary<string, string> captions) => (Path, Captions) = (path, captions);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Each image's caption.</summary>
    public IReadOnlyDictionary<string, string> Captions { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The results file.</param>
    /// <exception cref="CaptioningException">The file can't be read, has another form, or has two captions for an image; the message names the place.</exception>
    public static CocoResults Read(string path)
    {
        using var document = CocoJson.Parse(path);
        var captions = new Dictionary<string, string>(StringComparer.Ordinal);
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (result, place) in CocoJson.Items(document.RootElement, path, "results"))
        {
            var id = CocoJson.Id(result, "image_id", path, place);
            if (!captions.TryAdd(id, CocoJson.Caption(result, path, place)))
            {
                throw CocoJson.Wrong(path, place, $"image '{id}' has a caption already, in {places[id]}; give each image one");
            }

            places[id] = place;
        }

        return new CocoResults(path, captions);
    }

    /// <summary>Joins candidates with references to a corpus, in the references' order.</summary>
    /// <param name="references">The references.</param>
    /// <param name="tokenization">How captions become words.</param>
    /// <param name="allowMissing">Whether images without a candidate are left out; otherwise they are an error.</param>
    /// <exception cref="CaptioningException">Images have a candidate and no reference, or the other way round; the message names them.</exception>
    public CaptionCorpus With(CocoReferences references, CaptionTokenization tokenization = CaptionTokenization.Ptb, bool allowMissing = false)
    {
        var extra = Captions.Keys.Where(id => !references.Captions.ContainsKey(id)).ToList();
        if (extra.Count > 0)
        {
            throw new CaptioningException($"'{Path}' has captions for {Named(extra)}, which '{references.Path}' has no references for.");
        }

        var missing = references.ImageIds.Where(id => !Captions.ContainsKey(id)).ToList();
        if (missing.Count > 0 && !allowMissing)
        {
            throw new CaptioningException($"'{Path}' has no caption for {Named(missing)} of '{references.Path}'; allow missing ones (allowMissing) to score the others.");
        }

        var images = references.ImageIds.Where(Captions.ContainsKey).Select(id => new CaptionedImage(id, Captions[id], references.Captions[id]));
        return new CaptionCorpus([.. images], tokenization);
    }

    private static string Named(List<string> ids) =>
        $"{ids.Count} image{(ids.Count == 1 ? "" : "s")} ({string.Join(", ", ids.Take(NamedInMessage).Select(id => $"'{id}'"))}{(ids.Count > NamedInMessage ? ", ..." : "")})";
}
