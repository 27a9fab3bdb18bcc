using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using CustomParts;

// A captioner of which every part may be the program's own (OwnParts names them): it is trained on an own data set with checkpoints, saved as a folder,
// and found again by FromPretrained in both.
const int PrefixLength = 2;
const int Seed = 1;
TorchRuntime.Load();

var own = OwnParts.Kinds;
var here = AppContext.BaseDirectory;
var tokenizer = Gpt2Tokenizer.FromPretrained(LibraryParts.DecoderFolder);
using var encoder = own.OpenEncoder();
using var decoder = own.CreateDecoder(tokenizer, Seed);
using var projector = own.CreateProjector(encoder.Features, PrefixLength, decoder.HiddenSize, Seed);
using var captioner = new Captioner(encoder, projector, decoder, tokenizer);

var metric = own.Metrics[own.Metric];
var (training, validation) = (new ColourCards(600), new ColourCards(60));
var options = new CaptionTrainerOptions
{
    Epochs = 6,
    BatchSize = 20,
    LearningRate = 3e-3,
    Evaluation = { Metrics = { metric.Create(new CaptionMetricContext()) }, BestBy = metric.Keys[^1] },
    Checkpoints = { Path = Path.Combine(here, "own-run", "captioner"), SaveLast = true, SaveState = false },
};
var result = await new CaptionTrainer(captioner, options).TrainAsync(training, validation);
foreach (var epoch in result.History)
{
    Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, {metric.Keys[^1]} {epoch.Metrics[metric.Keys[^1]]:F2}");
}

var folder = Path.Combine(here, "own-captioner");
if (Directory.Exists(folder))
{
    Directory.Delete(folder, recursive: true); // what an earlier run has left may be of other kinds
}

captioner.Save(folder);

var picture = validation[7];
var said = captioner.Caption(picture.Image!).Text;
var same = new[] { result.LastCheckpoint!, folder }.All(IsSaidBy);
Console.WriteLine($"shown: {picture.Caption}");
Console.WriteLine($"said:  {said}");
Console.WriteLine($"The captioner is in {folder}, and in {result.LastCheckpoint}: they say {(same ? "the same" : "something else")}.");
return same ? 0 : 1;

bool IsSaidBy(string name)
{
    using var loaded = Captioner.FromPretrained(name, new CaptionerOptions { Parts = own.Parts });
    return loaded.Caption(picture.Image!).Text == said;
}
