using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Where a model's id is looked up. Nothing is ever downloaded.</summary>
public sealed class ModelSearchOptions
{
    /// <summary>The root of Hugging Face's cache on disk: the folder that holds <c>models--...</c>.</summary>
    /// <value>The default is <c>~/.cache/huggingface/hub</c>.</value>
    /// <exception cref="CaptioningException">It wasn't set, and the user has no home folder.</exception>
    public string CacheFolder
    {
        get => field ?? UserHome.Cache;
        set;
    }

    /// <summary>The branch, tag or commit of the model.</summary>
    /// <value>The default is <c>main</c>.</value>
    public string Revision { get; set; } = "main";
}
