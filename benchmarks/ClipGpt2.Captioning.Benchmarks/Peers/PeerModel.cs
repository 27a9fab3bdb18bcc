using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>ONNX Runtime as it is driven best: two threads that don't spin between runs, and weights shared by all sessions of a model.</summary>
internal sealed class PeerModel : IDisposable
{
    private readonly PeerWeights _weights;
    private readonly PrePackedWeightsContainer _packed = new();
    private readonly List<OrtValue> _initializers = [];

    public PeerModel(string manifestName)
    {
        _weights = PeerWeights.Open(manifestName);
        _initializers.AddRange(_weights.Manifest.Tensors.Select(Initializer));
    }

    public PeerManifest Manifest => _weights.Manifest;

    /// <summary>The same weights for our own models.</summary>
    public PeerTensorSource Tensors() => new(_weights);

    /// <summary>What a table calls the peer.</summary>
    public static string Name(PeerThreads threads) => threads switch
    {
        PeerThreads.Spinning => "ONNX Runtime float32, spinning",
        PeerThreads.Sleeping => "ONNX Runtime float32, sleeping",
        _ => throw new ArgumentOutOfRangeException(nameof(threads)),
    };

    /// <summary>Options for a graph that holds its own weights.</summary>
    public static SessionOptions Options(PeerThreads threads = PeerThreads.Spinning)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = Machine.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        options.AddSessionConfigEntry("session.intra_op.allow_spinning", threads == PeerThreads.Spinning ? "1" : "0");
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        return options;
    }

    public InferenceSession Open(string graph, PeerThreads threads)
    {
        using var options = Options(threads);
        for (var i = 0; i < _initializers.Count; i++)
        {
            options.AddInitializer(Manifest.Tensors[i].Name, _initializers[i]);
        }

        // Graphs are read from memory, since their data file isn't beside them.
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", BenchmarkFolders.Cache);
        return new InferenceSession(File.ReadAllBytes(Path.Combine(PeerManifest.Folder, graph)), options, _packed);
    }

    public void Dispose()
    {
        _initializers.ForEach(i => i.Dispose());
        _packed.Dispose();
        _weights.Dispose();
    }

    private OrtValue Initializer(PeerTensor tensor) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, TensorElementType.Float, tensor.Shape, _weights.Address(tensor), tensor.Length);
}
