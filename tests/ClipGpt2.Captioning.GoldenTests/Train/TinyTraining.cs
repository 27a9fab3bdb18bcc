using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Optimization;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The model and the projector that the folder's cases start from.</summary>
internal sealed class TinyTraining : IDisposable
{
    private const string Decoder = "gpt.";
    private const string Projector = "projector.";

    private static readonly GoldenTensorFile Data = GoldenTensorFile.Open("train/data.safetensors");

    private readonly Gpt2Model _model;
    private readonly LinearTanhProjector _projector;

    public TinyTraining()
    {
        var compute = new ComputeOptions { Trainable = true };
        using (var folder = ModelFolder.Open(GoldenRoot.Path("models/tiny-gpt2-random")))
        {
            _model = Gpt2Model.Load(folder, compute, compatibility: ModelCompatibility.Transformers4);
        }

        _projector = CreateProjector(_model.HiddenSize, compute);
        Weights = [.. Named(Projector, _projector, PartRole.Projector), .. Named(Decoder, _model, PartRole.Decoder)];
    }

    /// <summary>All weights under the golden files' names.</summary>
    public IReadOnlyList<TrainedWeight> Weights { get; }

    /// <summary>The logits of prefix and text.</summary>
    /// <param name="rows">Rows of the folder's image embeddings.</param>
    /// <param name="tokens">[B, T].</param>
    /// <param name="mask">[B, T], 0 where there is padding.</param>
    public Tensor Forward(IReadOnlyList<int> rows, Tensor tokens, Tensor mask)
    {
        var prefix = _projector.Project(Data["image_embeds"].Rows(rows).ToTorch());
        return _model.Forward(new() { Embeddings = prefix, TokenIds = tokens, AttentionMask = cat([ones_like(Unseen(tokens)), mask], 1) }).Logits;
    }

    /// <summary>What stands for the prefix in labels and masks.</summary>
    public Tensor Unseen(Tensor tokens) => zeros([tokens.shape[0], _projector.PrefixLength], ScalarType.Int64);

    public void Dispose()
    {
        _model.Dispose();
        _projector.Dispose();
    }

    private static IEnumerable<TrainedWeight> Named(string namePrefix, ITrainable part, string role) =>
        part.NamedParameters().Select(weight => new TrainedWeight(namePrefix + weight.Key, weight.Value.requires_grad_(), role));

    private static LinearTanhProjector CreateProjector(int hiddenSize, ComputeOptions compute)
    {
        using var source = new GoldenWeights(Data, "projector_init/");
        using var loader = new WeightLoader(source, compute);
        return LinearTanhProjector.Create(ProjectorInference.Find(source, "", hiddenSize)!, loader);
    }
}
