namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>How ONNX Runtime's threads wait for each other and for the next operator. Which way is faster depends on what else the machine does.</summary>
internal enum PeerThreads
{
    /// <summary>Awake while a run lasts; they stop with it, so that what is measured next has the cores to itself.</summary>
    Spinning,

    /// <summary>Asleep.</summary>
    Sleeping,
}
