namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Which files of a model are fetched. The defaults are those that this library reads.</summary>
public sealed class HubFetchOptions
{
    /// <summary>The branch, tag or commit.</summary>
    /// <value>The default is <c>main</c>.</value>
    public string Revision { get; set; } = "main";

    /// <summary>Further files by name, in which <c>*</c> stands for anything, a slash too, and <c>?</c> for one character: <c>*.md</c>.</summary>
    /// <value>The default is none.</value>
    public IList<string> Include { get; set; } = [];

    /// <summary>Whether all files are fetched.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllFiles { get; set; }
}
