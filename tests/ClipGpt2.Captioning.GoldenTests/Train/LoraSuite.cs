using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Optimization;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Low-rank adapters: their training, their files, and what models with them give.</summary>
public sealed partial class LoraSuite : GoldenSuite
{
    private const double LogitTolerance = 5e-5;

    private static readonly ComputeOptions Trainable = new() { Trainable = true };

    public override IReadOnlyList<string> Files => ["train/lora.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "reference", "options", "adapter", "init", "expected", "checks"];

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var adapter = LoraAdapter.Open(GoldenRoot.Path(golden.Json.GetProperty("adapter").GetString()!));
        using var folder = ModelFolder.Open(GoldenRoot.Path(golden.Part("options")["base"].Text()));
        CheckConfig(golden.Part("options"), adapter.Config);
        CheckTraining(golden, folder, adapter.Config);
        using var trained = Gpt2Model.Load(folder, Trainable, compatibility: ModelCompatibility.Transformers4);
        trained.AddAdapters(adapter);
        CheckFiles(golden, trained, adapter);
        using var merged = Gpt2CaptionDecoder.Load(folder, adapter: adapter, compatibility: ModelCompatibility.Transformers4);
        using var plain = Gpt2CaptionDecoder.Load(folder, compatibility: ModelCompatibility.Transformers4);
        CheckProbe(golden, trained, merged.Model, plain.Model);
        foreach (var name in golden.Expected.Names)
        {
            if (Greedy().Match(name) is { Success: true } greedy)
            {
                var tokens = int.Parse(greedy.Groups["tokens"].Value, CultureInfo.InvariantCulture);
                CheckGreedy(golden, greedy.Groups["base"].Success ? plain : merged, golden.Expected[name], tokens);
            }
        }
    }

    private static void CheckConfig(Tracked given, LoraConfig config)
    {
        var targets = given["target_modules"];
        var asked = new LoraConfig
        {
            Rank = (int)given["r"].Integer(),
            Alpha = given["lora_alpha"].Number(),
            Dropout = given["lora_dropout"].Number(),
            RankStabilized = given.Find("use_rslora")?.Flag() ?? false,
            TargetModules = targets.Kind == JsonValueKind.Array ? targets.Texts() : [],
            TargetPattern = targets.Kind == JsonValueKind.Array ? null : targets.Text(),
            RankPattern = [.. given.Find("rank_pattern") is { } ranks ? ranks.Names.Select(name => KeyValuePair.Create(name, (int)ranks[name].Integer())) : []],
            AlphaPattern = [.. given.Find("alpha_pattern") is { } alphas ? alphas.Names.Select(name => KeyValuePair.Create(name, alphas[name].Number())) : []],
            BaseModel = given["base"].Text(),
        };
        if (given.Find("bias") is { } bias)
        {
            Assert.True(bias.Text() == "none", "Nothing is known of the option 'bias'.");
        }

        Assert.Equal(asked.ToJson().ToJsonString(), config.ToJson().ToJsonString());
        Assert.Equal((bool)config.ToJson()["fan_in_fan_out"]!, given["fan_in_fan_out"].Flag());
        Assert.Equal(given["scaling"].Number(), new LoraTargets(config, "options").ScaleOf("transformer.h.0.attn.c_attn"), 1e-12);
    }

    private static void CheckTraining(GoldenCase golden, ModelFolder folder, LoraConfig config)
    {
        var (given, expected, tolerances) = (golden.Part("options"), golden.Expected, new CaseTolerances(golden));
        using var model = Gpt2Model.Load(folder, Trainable, compatibility: ModelCompatibility.Transformers4);
        model.AddAdapters(config, seed: 1);
        List<TrainedWeight> weights = [.. model.NamedParameters().Where(p => p.Value.requires_grad).Select(p => new TrainedWeight(p.Key, p.Value, PartRole.Decoder))];
        Assert.Equal(expected["trainable_parameters"].Integer(), weights.Sum(weight => weight.Weight.numel()));
        Start(golden, weights);

        var norms = new TrainedWeights(weights);
        using var optimizer = new OptimizerSettings(given, spareBiasesAndNorms: false).Create(weights);
        var losses = expected["losses"].Items();
        Assert.Equal(given["steps"].Integer(), losses.Count);
        for (var step = 0; step < losses.Count; step++)
        {
            TrainedWeights.Near(losses[step], Backward(golden, model, RowsOf(given["batch_of_step"].Text(), step)), tolerances.Loss);
            if (step == 0)
            {
                norms.CheckGradients(expected["gradient_norms_step_1"], CaseTolerances.Gradient);
            }

            optimizer.Step(rateFactor: 1);
            optimizer.ZeroGradients();
        }

        CheckTensors(golden, expected["final"], weights.ToDictionary(weight => weight.Name, weight => weight.Weight), tolerances.Weight);
    }

    /// <summary>Fresh adapters change nothing; then they get the reference's first values.</summary>
    private static void Start(GoldenCase golden, List<TrainedWeight> weights)
    {
        using var frozen = no_grad();
        foreach (var weight in weights)
        {
            if (golden.Json.GetProperty("init").TryGetProperty(weight.Name, out var tensor))
            {
                weight.Weight.copy_(golden.Tensors[tensor.GetString()!].ToTorch());
            }
            else
            {
                Assert.All(weight.Weight.ToFloats(), value => Assert.Equal(0, value));
            }
        }
    }

    /// <summary>The rows of a step by a rule in words, such as "rows 0..3 on even steps, 4..7 on odd ones".</summary>
    private static int[] RowsOf(string rule, int step)
    {
        var match = BatchOfStep().Match(rule);
        Assert.True(match.Success, $"Nothing is known of the rule '{rule}'.");
        var parity = step % 2 == 0 ? "even" : "odd";
        var (first, last) = (Number($"{parity}First"), Number($"{parity}Last"));
        return [.. Enumerable.Range(first, last - first + 1)];

        int Number(string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
    }

    private static double Backward(GoldenCase golden, Gpt2Model model, int[] rows)
    {
        using var scope = NewDisposeScope();
        var (prefix, tokens, mask, labels) = (Part("prefix"), Part("tokens"), Part("mask"), Part("labels"));
        var unseen = zeros([rows.Length, prefix.shape[1]], ScalarType.Int64);
        var logits = model.Forward(new() { Embeddings = prefix, TokenIds = tokens, AttentionMask = cat([ones_like(unseen), mask], 1) }).Logits;
        var loss = NextTokenLoss.Mean(logits, cat([full_like(unseen, NextTokenLoss.Ignored), labels], 1));
        loss.backward();
        return loss.item<float>();

        Tensor Part(string name) => golden.Tensors[name].Rows(rows).ToTorch();
    }

    /// <summary>The adapter's file holds what the training ended with, and adds up with the base to the reference's merged weights.</summary>
    private static void CheckFiles(GoldenCase golden, Gpt2Model trained, LoraAdapter adapter)
    {
        var tolerance = new CaseTolerances(golden).Weight;
        CheckTensors(golden, golden.Expected["final"], adapter.Weights.Tensors.Keys.ToDictionary(name => name, adapter.Weights.Read), 0);
        CheckTensors(golden, golden.Expected["merged"], trained.FileTensors().ToDictionary(), tolerance);
    }

    private static void CheckProbe(GoldenCase golden, Gpt2Model trained, Gpt2Model merged, Gpt2Model plain)
    {
        var probe = golden.Expected["probe"];
        var input = new Gpt2Input { Embeddings = probe["inputs_embeds"].Tensor(golden.Tensors).ToTorch() };
        var (beside, within) = (trained.Forward(input).Logits.detach(), merged.Forward(input).Logits);
        TorchTensors.AssertNear(beside, probe["logits"].Tensor(golden.Tensors), LogitTolerance);
        TorchTensors.AssertNear(within, probe["logits"].Tensor(golden.Tensors), LogitTolerance);
        TorchTensors.AssertNear(plain.Forward(input).Logits, probe["base_logits"].Tensor(golden.Tensors), LogitTolerance);
        TrainedWeights.Near(probe["merged_differs_by"], (beside - within).abs().max().item<float>(), LogitTolerance);
    }

    private static void CheckGreedy(GoldenCase golden, Gpt2CaptionDecoder decoder, Tracked expected, int tokens) =>
        GreedyRows.Check(golden.Expected["rows_of_greedy"], expected, decoder.Model.Config.EosTokenId!.Value, rows =>
        {
            int[] found = [.. rows.Select(row => golden.Tensors["rows"].Longs.IndexOf(row))];
            return decoder.Decode(golden.Tensors["prefix"].Rows(found).ToTorch(), new DecodingOptions { Beams = 1, MaxNewTokens = tokens });
        });

    private static void CheckTensors(GoldenCase golden, Tracked expected, Dictionary<string, Tensor> found, double tolerance)
    {
        foreach (var name in expected.Names)
        {
            TorchTensors.AssertNear(found[name], expected[name].Tensor(golden.Tensors), tolerance);
        }
    }

    [GeneratedRegex(@"\Arows (?<evenFirst>\d+)\.\.(?<evenLast>\d+) on even steps, (?<oddFirst>\d+)\.\.(?<oddLast>\d+) on odd ones\z")]
    private static partial Regex BatchOfStep();

    [GeneratedRegex(@"\Agreedy_(?<tokens>\d+)(?<base>_base)?\z")]
    private static partial Regex Greedy();
}
