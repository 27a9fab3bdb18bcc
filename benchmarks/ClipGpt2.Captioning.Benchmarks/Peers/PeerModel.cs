using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>ONNX Runtime as it is driven best: two threads that don't spin between runs, and weights shared by all graphs of a model.</summary>
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

    /// <summary>Options for a graph that holds its own weights.</summary>
    public static SessionOptions Options()
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = Machine.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Threads spin while a run lasts, which makes it fast, and stop with it, so that what is measured next has the cores to itself.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        return options;
    }

    public InferenceSession Open(string graph)
    {
        using var options = Options();
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
