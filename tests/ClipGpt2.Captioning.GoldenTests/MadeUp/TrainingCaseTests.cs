using System.Text.Json.Nodes;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.GoldenTests.Train;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>Options of training cases that the data at hand have in one form only.</summary>
[Trait("Golden", "train")]
public sealed class TrainingCaseTests
{
    /// <summary>alpha / r and (alpha / sqrt r) / sqrt r are the same strength, and so the reference's numbers hold for both.</summary>
    [Fact]
    public void Rank_stabilised_adapters_count_by_the_root_of_their_rank()
    {
        const string Name = "train/lora.json";
        var golden = MadeUpCase.First(Name, c => (bool?)c["options"]!["use_rslora"] is not true);
        var folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(GoldenRoot.Path((string)golden["adapter"]!)))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            var alpha = (double)golden["options"]!["scaling"]! * Math.Sqrt((int)golden["options"]!["r"]!);
            var path = Path.Combine(folder, "adapter_config.json");
            var config = JsonNode.Parse(File.ReadAllText(path))!;
            (config["use_rslora"], config["lora_alpha"]) = (true, alpha);
            File.WriteAllText(path, config.ToJsonString());
            (golden["adapter"], golden["options"]!["lora_alpha"]) = (folder, alpha);

            golden["options"]!["use_rslora"] = true;
            MadeUpCase.Run(new LoraSuite(), Name, golden);
            golden["options"]!["use_rslora"] = false;
            Assert.ThrowsAny<XunitException>(() => MadeUpCase.Run(new LoraSuite(), Name, golden));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Steps_through_the_image_tower_freeze_as_many_blocks_as_the_case_says()
    {
        const string Name = "train/end_to_end.json";
        var golden = MadeUpCase.First(Name, c => (int?)c["options"]!["n_layers_to_freeze"] is null or 0);
        golden["options"]!["n_layers_to_freeze"] = 0;
        MadeUpCase.Run(new EndToEndSuite(), Name, golden);
        golden["options"]!["n_layers_to_freeze"] = 1;
        Assert.ThrowsAny<Exception>(() => MadeUpCase.Run(new EndToEndSuite(), Name, golden));
    }

    [Fact]
    public void The_seeds_steps_freeze_nothing_where_the_case_says_null()
    {
        const string Name = "train/seed_step.json";
        var golden = MadeUpCase.First(Name, c => c["expected"]!["losses"] is not null && (int?)c["options"]!["n_layers_to_freeze"] is null or 0);
        golden["options"]!["n_layers_to_freeze"] = null;
        MadeUpCase.Run(new ReferenceStepSuite(), Name, golden);
    }

    [Theory]
    [InlineData("num_cycles")]
    [InlineData("timescale")]
    [InlineData("power")]
    [InlineData("lr_end")]
    public void An_option_of_a_schedule_that_is_null_is_left_at_its_default(string option)
    {
        const string Name = "train/schedules.json";
        var golden = MadeUpCase.First(Name, c => c["options"]![option] is null);
        golden["options"]![option] = null;
        MadeUpCase.Run(new ScheduleSuite(), Name, golden);
    }

    [Fact]
    public void Greedy_texts_are_filled_to_the_longest_of_their_call()
    {
        int[][] texts = [[4, 0], [5, 6, 7], []];
        Assert.Equal([[4, 0, 0], [5, 6, 7], [0, 0, 0]], GreedyRows.Filled(texts, endToken: 0));
    }
}
