using System.Text.Json.Nodes;
using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace CustomParts.Encoder;

/// <summary>An own encoder: a graph with the input <c>pixel_values</c> and the output <c>image_embeds</c>, run by ONNX Runtime.</summary>
/// <remarks>Safe from any number of threads, since sessions are. It isn't <see cref="ITrainable"/>: a trainer leaves it as it is.</remarks>
internal sealed class OnnxEncoder : IImageEncoder, ISavablePart
{
    public const string KindName = "onnx";

    private const string Input = "pixel_values";
    private const string Output = "image_embeds";
    private const string SideName = "image_size";
    private const string Graph = "tiny-clip.onnx";
    private const int GraphSide = 64;

    private readonly string _graph;
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly int _side;

    /// <summary>Opens a graph.</summary>
    /// <param name="graph">The <c>.onnx</c> file, which holds its weights.</param>
    /// <param name="side">The side of the pictures that it takes.</param>
    public OnnxEncoder(string graph, int side)
    {
        _graph = Path.GetFullPath(graph);
        _side = side;
        _session = new InferenceSession(graph);
        Features = new(_session.OutputMetadata[Output].Dimensions[^1]);
        Preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { ShortestEdge = side, CropSize = new ImageSize(side, side) });
    }

    public FeatureShape Features { get; }

    public ImagePreprocessor Preprocessor { get; }

    /// <summary>The kind, for <c>CaptionerOptions.Parts</c>.</summary>
    public static PartKind<IImageEncoder> Kind { get; } = new(KindName, context => new OnnxEncoder(context.Path, context.Description.Int(SideName)));

    /// <summary>Opens the program's graph.</summary>
    public static OnnxEncoder Open() => new(Path.Combine(AppContext.BaseDirectory, Graph), GraphSide);

    string ISavablePart.Kind => KindName;

    /// <summary>The graph has the weights, so that a checkpoint needs only name it.</summary>
    PartOrigin ISavablePart.Origin => new(_graph);

    public torch.Tensor Encode(torch.Tensor pixels)
    {
        using var plain = pixels.to(torch.CPU).contiguous();
        using var input = OrtValue.CreateTensorValueFromMemory(plain.data<float>().ToArray(), plain.shape);
        using var outputs = _session.Run(_runOptions, [Input], [input], [Output]);
        return torch.tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), [pixels.shape[0], Features.Size]);
    }

    void ISavablePart.Describe(JsonObject description) => description[SideName] = _side;

    void ISavablePart.Save(string path) => File.Copy(_graph, path, overwrite: true);

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }
}
