namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The batches of a run, epoch by epoch.</summary>
internal interface IBatchSource
{
    /// <summary>The number of examples; null for a stream.</summary>
    int? Examples { get; }

    /// <summary>The number of batches of an epoch; null for a stream.</summary>
    long? BatchesPerEpoch { get; }

    /// <summary>What tells one source from another: equal texts give equal runs.</summary>
    string Hash { get; }

    /// <summary>Reads an epoch's batches, ahead of the models where that takes time.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="skip">The number of batches that a resumed run has behind it.</param>
    /// <param name="token">Ends the reading.</param>
    IEnumerable<TrainingBatch> Read(int epoch, long skip, CancellationToken token);
}
