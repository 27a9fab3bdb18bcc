using System.Collections.Frozen;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>What METEOR's matchers know of a language: function words, abbreviations, synonyms and paraphrases.</summary>
/// <remarks>
/// METEOR's own data is not part of this library (LGPL; its synonyms are WordNet's). Whoever has pycocoevalcap has it: <c>meteor-1.5.jar</c> and
/// <c>data/paraphrase-en.gz</c>. Safe for several threads; dispose of it when no metric uses it any more.
/// </remarks>
public sealed class MeteorData : IDisposable
{
    private MeteorData(MeteorLines functionWords, MeteorLines prefixes, SynonymTable? synonyms, ParaphraseTable? paraphrases)
    {
        FunctionWords = functionWords.Lines.Select(line => line.Trim()).Where(word => word.Length > 0).ToFrozenSet(StringComparer.Ordinal);
        var entries = prefixes.Lines.Where(line => !line.StartsWith('#')).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(e => e.Length > 0).ToList();
        Prefixes = entries.Where(e => e.Length == 1).Select(e => e[0]).ToFrozenSet(StringComparer.Ordinal);
        NumericPrefixes = entries.Where(e => e.Length > 1).Select(e => e[0]).ToFrozenSet(StringComparer.Ordinal);
        Synonyms = synonyms;
        Paraphrases = paraphrases;
    }

    /// <summary>This library's own function words and abbreviations, without synonyms and paraphrases.</summary>
    public static MeteorData BuiltIn { get; } = new(
        new MeteorLines("the built-in function words", BuiltInWords.Functions), new MeteorLines("the built-in abbreviations", BuiltInWords.Prefixes), null, null);

    /// <summary>The matchers that this data serves.</summary>
    public MeteorMatchers Matchers => MeteorMatchers.Exact | MeteorMatchers.Stem
        | (Synonyms is null ? 0 : MeteorMatchers.Synonym) | (Paraphrases is null ? 0 : MeteorMatchers.Paraphrase);

    internal FrozenSet<string> FunctionWords { get; }

    /// <summary>Abbreviations before which no sentence ends.</summary>
    internal FrozenSet<string> Prefixes { get; }

    /// <summary>Abbreviations that are ones only before numbers.</summary>
    internal FrozenSet<string> NumericPrefixes { get; }

    internal SynonymTable? Synonyms { get; }

    internal ParaphraseTable? Paraphrases { get; }

    /// <summary>Loads METEOR's data.</summary>
    /// <param name="path"><c>meteor-1.5.jar</c>, the folder it lies in, or a folder with the files of the jar; the paraphrases lie beside them or in <c>data</c>.</param>
    /// <param name="cacheFolder">Where the index of the paraphrases is kept, so that the large table is read only once; null for the user's folder for such data.</param>
    /// <exception cref="CaptioningException">A file is missing or damaged; the message names it.</exception>
    public static MeteorData Load(string path, string? cacheFolder = null)
    {
        using var files = new MeteorFiles(path);
        var functionWords = files.Require("function/english.words");
        var prefixes = files.Require("nonbreaking/english.prefixes");
        var synsets = files.Find("synonym/english.synsets");
        var synonyms = synsets is null ? null : new SynonymTable(synsets, files.Require("synonym/english.exceptions"));
        var paraphrases = files.FindParaphrases() is { } table ? ParaphraseCache.Open(table, cacheFolder) : null;
        return new MeteorData(functionWords, prefixes, synonyms, paraphrases);
    }

    /// <summary>Closes the index of the paraphrases.</summary>
    public void Dispose() => Paraphrases?.Dispose();
}
