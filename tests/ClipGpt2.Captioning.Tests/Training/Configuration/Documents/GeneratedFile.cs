namespace ClipGpt2.Captioning.Tests.Training.Configuration.Documents;

/// <summary>A committed file that is made out of the code: a test compares it, and writes it anew when it is asked to.</summary>
internal static class GeneratedFile
{
    private const string Update = "CLIPGPT2_UPDATE_DOCS";

    private static readonly string Docs = Path.GetFullPath(Path.Combine(ReferenceFile.Golden, "..", "..", "docs"));

    public static string Read(string name) => File.ReadAllText(Path.Combine(Docs, name));

    public static void Check(string name, string expected)
    {
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(Path.Combine(Docs, name), expected);
        }

        Assert.True(Read(name) == expected, $"docs/{name} isn't what the options say. Run this test with {Update}=1 to write it anew, look at the difference, and commit it.");
    }
}
