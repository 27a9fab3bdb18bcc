namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>The files of a tar shard that share a key.</summary>
/// <param name="shard">The tar's path.</param>
/// <param name="key">The path within it up to the first dot of the file's name.</param>
internal sealed class TarSample(string shard, string key)
{
    private ImageSource? _image;
    private byte[]? _text;
    private byte[]? _json;

    public string Shard => shard;

    public string Key => key;

    /// <exception cref="CaptioningException">The sample has no picture.</exception>
    public ImageSource Image => _image ?? throw Wrong("has no picture (jpg, jpeg, png or webp)");

    public CaptioningException Wrong(string what) => new($"'{shard}', key '{key}': {what}.");

    public void AddImage(ImageSource image) => _image = _image is null ? image : throw Wrong("has two pictures");

    public void AddText(byte[] text) => _text = _text is null ? text : throw Wrong("has two files that end in 'txt'");

    public void AddJson(byte[] json) => _json = _json is null ? json : throw Wrong("has two files that end in 'json'");

    /// <summary>The captions, each with its place for messages.</summary>
    /// <exception cref="CaptioningException">There are none, or they have another form.</exception>
    public IEnumerable<(string Place, string Caption)> Captions()
    {
        if (_text is not null)
        {
            return CaptionText.Lines(_text, $"'{shard}', {key}.txt").Select(line => ($"{key}.txt, line {line.Number}", line.Caption));
        }

        var record = ReadJson(_json ?? throw Wrong("has no captions (txt or json)"));
        return record.Captions is { Count: > 0 } captions ? captions.Select((caption, i) => ($"{key}.json, captions[{i}]", caption))
            : record.Caption is { } only ? [($"{key}.json", only)]
            : throw Wrong("its json has neither 'caption' nor 'captions'");
    }

    private CaptionRecord ReadJson(byte[] bytes)
    {
        using var json = JsonTokens.Of(bytes, $"{shard}/{key}.json");
        json.Read();
        var record = CaptionRecord.Read(json);
        json.Finish();
        return record;
    }
}
