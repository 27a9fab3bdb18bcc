using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using CustomParts;

// A captioner of which every part is the program's own: an encoder that ONNX Runtime runs, a gated projector and a recurrent decoder. It is trained
// on an own data set, judged by an own metric, saved, and found again by FromPretrained.
const int PrefixLength = 2;
const int HiddenSize = 96;
const int Seed = 1;
TorchRuntime.Load();

var here = AppContext.BaseDirectory;
var tokenizer = Gpt2Tokenizer.FromPretrained(Path.Combine(here, "tokenizer"));
using var encoder = new OnnxEncoder(Path.Combine(here, "tiny-clip.onnx"), side: 64);
using var projector = GatedProjector.CreateFresh(encoder.Features.Size, PrefixLength, HiddenSize, Seed);
using var decoder = RecurrentDecoder.CreateFresh(tokenizer.VocabularySize, HiddenSize, tokenizer.EndOfTextId, Seed);
using var captioner = new Captioner(encoder, projector, decoder, tokenizer);

var (training, validation) = (new ColourCards(600), new ColourCards(60));
var options = new CaptionTrainerOptions
{
    Epochs = 6,
    BatchSize = 20,
    LearningRate = 3e-3,
    Evaluation = { Metrics = { new ColourMetric(ColourCards.Names) }, BestBy = ColourMetric.Key },
};
var result = await new CaptionTrainer(captioner, options).TrainAsync(training, validation);
foreach (var epoch in result.History)
{
    Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, colours named right {epoch.Metrics[ColourMetric.Key]:P0}");
}

var folder = Path.Combine(here, "own-captioner");
captioner.Save(folder);

var kinds = new CaptionerOptions();
kinds.Parts
    .Add(OnnxEncoder.Kind)
    .Add(GatedProjector.Kind)
    .Add(RecurrentDecoder.Kind);
using var loaded = Captioner.FromPretrained(folder, kinds);
var picture = validation[7];
var (before, after) = (captioner.Caption(picture.Image!).Text, loaded.Caption(picture.Image!).Text);
Console.WriteLine($"shown: {picture.Caption}");
Console.WriteLine($"said:  {after}");
Console.WriteLine($"The captioner is in {folder}.");
return before == after ? 0 : 1;
