using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using ClipGpt2.Captioning.Training.Optimization;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>ClipCap's data set and its steps: MLP and transformer, prefix only and full.</summary>
public sealed class ClipCapStepSuite : GoldenSuite
{
    // Beyond every caption of the file: ClipCap's own rule cuts.
    private const int NoLimit = 1000;

    public override IReadOnlyList<string> Files => ["train/clipcap_step.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "reference", "batches", "init", "options", "expected", "checks"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var (given, data) = (golden.Part("options"), golden.Part("options")["dataset"].Text());
        var freezing = new FreezingOptions { Decoder = given["only_prefix"].Flag() };
        using var captioner = Captioner(golden, given["mapping_type"].Text(), freezing);
        CheckDataset(golden, captioner, data);

        var (optimization, rate) = Optimization(given);
        var factor = new LearningRateFactor(optimization, rate, given["steps"].Integer());
        CheckRates(golden.Expected["learning_rates"], step => rate * factor.At(step));
        using var step = new TrainingStep(captioner.Model, optimization, rate);
        new StepRun(golden, captioner.Model, step, captioner.Weights(null, "clip_project.", "gpt.")).Check(Batches(golden, captioner, given), i => factor.At(i));
    }

    private static CaptionerUnderTest Captioner(GoldenCase golden, string mapping, FreezingOptions freezing)
    {
        var (prefix, clip) = (golden.Root.GetProperty("prefix_length").GetInt32(), golden.Root.GetProperty("clip_length").GetInt32());
        var kind = mapping switch
        {
            "mlp" => MlpProjector.Kind,
            "transformer" => TransformerProjector.Kind,
            _ => throw new InvalidOperationException($"There is no mapping_type '{mapping}'."),
        };
        var weights = new GoldenWeights(golden.Tensors, $"init_{mapping}/clip_project.");
        return new CaptionerUnderTest(
            weights,
            (_, hidden) => new ProjectorConfig
            {
                Kind = kind, PrefixLength = prefix, ClipLength = clip, HiddenSize = hidden, Layers = golden.Root.GetProperty("mapper_layers").GetInt32(),
                EmbeddingDimension = (int)golden.Tensors["plain/prefix"].Shape[1],
            },
            freezing,
            golden.Device);
    }

    private static (OptimizationOptions Options, double Rate) Optimization(Tracked given)
    {
        var settings = new OptimizerSettings(given, spareBiasesAndNorms: false);
        settings.Options.Schedule = LearningRateSchedule.Linear;
        settings.Options.WarmupSteps = given["warmup_steps"].Integer();
        settings.Options.ScheduleSteps = given["total_steps"].Integer();
        return (settings.Options, settings.LearningRate);
    }

    private static void CheckRates(Tracked expected, Func<int, double> rate)
    {
        foreach (var (wanted, step) in expected.Items().Select((wanted, step) => (wanted, step)))
        {
            TrainedWeights.Near(wanted, rate(step), 1e-12);
        }
    }

    /// <summary>The file's captions become its tokens, cut where ClipCap cuts.</summary>
    private static void CheckDataset(GoldenCase golden, CaptionerUnderTest captioner, string data)
    {
        var dataset = golden.Root.GetProperty("dataset");
        var captions = dataset.GetProperty("captions").EnumerateArray().Select(c => TokenizedCaptions.Encode(captioner.Captioner.Tokenizer, c.GetString()!)).ToList();
        Assert.Equal(dataset.GetProperty("max_seq_len").GetInt32(), ClipCapTargets.MaxLength([.. captions.Select(c => c.Length)]));
        Assert.Equal(Padded($"{data}/tokens"), Built(NoLimit));
        Assert.Equal(Padded("cut/tokens"), Built(dataset.GetProperty("cut_max_seq_len").GetInt32()));

        int[][] Padded(string name) => [.. CaptionerUnderTest.Rows(golden.Tensors[name]).Select(row => row.AsSpan().TrimEnd(0).ToArray())];

        int[][] Built(int limit) => [.. new ClipCapTargets(limit).Build(captions)];
    }

    private static IEnumerable<TrainingBatch> Batches(GoldenCase golden, CaptionerUnderTest captioner, Tracked given)
    {
        var tokens = CaptionerUnderTest.Rows(Stored("tokens"));
        return CaptionerUnderTest.Rows(Stored("items")).Take((int)given["steps"].Integer()).Select(items =>
            captioner.Batch(Stored("prefix").Rows(items), items.Select(i => tokens[i]), CaptionObjective.ClipCap, NoLimit));

        GoldenTensor Stored(string role) => golden.Tensors[golden.Json.GetProperty("batches").GetProperty(role).GetString()!];
    }
}
