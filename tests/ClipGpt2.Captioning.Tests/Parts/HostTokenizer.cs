using System.Buffers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Tests.Parts;

/// <summary>A host's tokenizer, which lies in one file that names where its words are.</summary>
internal sealed class HostTokenizer : Tokenizer, ISavablePart
{
    public const string Name = "host-words";

    private readonly string _file;
    private readonly Gpt2Tokenizer _words;

    private HostTokenizer(string file) => (_file, _words) = (file, Gpt2Tokenizer.FromPretrained(File.ReadAllText(file)));

    public static PartKind<Tokenizer> Kind { get; } = new(Name, context => new HostTokenizer(context.Path));

    string ISavablePart.Kind => Name;

    PartOrigin ISavablePart.Origin => new(_file);

    public static HostTokenizer Create(string file, string words)
    {
        File.WriteAllText(file, words);
        return new HostTokenizer(file);
    }

    void ISavablePart.Save(string path) => File.Copy(_file, path, overwrite: true);

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        _words.Decode(ids, destination, out idsConsumed, out charsWritten);

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        new() { Tokens = _words.EncodeToTokens(text ?? textSpan.ToString(), out var normalized), NormalizedText = normalized, CharsConsumed = textSpan.Length };
}
