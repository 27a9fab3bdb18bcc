using System.IO.Compression;
using System.Text;
using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.Metrics.Tests.Meteor;

/// <summary>Data in METEOR's form that makes few words match in many ways.</summary>
internal static class SmallMeteorData
{
    /// <summary>First columns that share words, second columns in no alphabetical order, a pair both ways.</summary>
    public static readonly (string First, string Second)[] Table =
    [
        ("a dog", "hound"), ("a dog", "the cat"), ("a dog", "big dog"), ("dog", "hound"), ("dog", "cat"), ("hound", "a dog"), ("on", "upon the"),
        ("on", "over"), ("on the", "over"), ("over", "on"), ("the", "a"), ("the", "that one"), ("the cat", "on the"), ("upon the", "on"),
    ];

    public static MeteorData Load(TemporaryFolder folder)
    {
        folder.Write("function.english.words", "a\nthe\n");
        folder.Write("nonbreaking.english.prefixes", "Mr\n");
        folder.Write("synonym.english.synsets", "car\n1 2\nautomobile\n2 3\nhound\n3\n");
        folder.Write("synonym.english.exceptions", "");
        using (var gzip = new GZipStream(File.Create(folder.File("paraphrase-en.gz")), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Table.Select(entry => $"0.5\n{entry.First}\n{entry.Second}\n"))));
        }

        return MeteorData.Load(folder.Path);
    }
}
