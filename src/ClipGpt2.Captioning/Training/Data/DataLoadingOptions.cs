using System.ComponentModel.DataAnnotations;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>How examples are read and put into batches.</summary>
public class DataLoadingOptions
{
    /// <summary>Whether every epoch has an order of its own.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Shuffle { get; set; } = true;

    /// <summary>How many batches are sorted by length together, so that a batch's captions are about equally long; 1 for none.</summary>
    /// <remarks>The batches of a bucket come in random order.</remarks>
    /// <value>The default is 50.</value>
    [Range(1, 100_000)]
    public int BucketBatches { get; set; } = 50;

    /// <summary>Whether the examples that don't fill an epoch's last batch are left out of it, as ClipCap does; which ones they are changes with the order.</summary>
    /// <remarks>Validation reads everything.</remarks>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DropLast { get; set; }

    /// <summary>How many threads decode pictures ahead of the models.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 256)]
    public int Threads { get; set; } = 2;

    /// <summary>The most memory that pictures decoded ahead may take, in MiB.</summary>
    /// <value>The default is 256.</value>
    [Range(1, 1 << 20)]
    public int PrefetchMegabytes { get; set; } = 256;

    /// <summary>How many examples of a stream are shuffled together.</summary>
    /// <value>The default is 10,000.</value>
    [Range(1, 10_000_000)]
    public int StreamBuffer { get; set; } = 10_000;

    /// <summary>What a picture that is missing or broken does.</summary>
    /// <value>The default is <see cref="BadImagePolicy.Fail"/>.</value>
    public BadImagePolicy BadImages { get; set; } = BadImagePolicy.Fail;

    /// <summary>Where embeddings come from that were computed before (see <c>clipgpt2 embed</c>); null to compute them at the beginning of the run.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? EmbeddingStore { get; set; }
}

/// <summary>What a picture does that is missing or broken.</summary>
public enum BadImagePolicy
{
    /// <summary>It ends the run; the error lists all such pictures.</summary>
    Fail,

    /// <summary>Its examples are left out; the log and the report list it.</summary>
    Skip,
}
