using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration.Documents;

public sealed class DocumentTests
{
    private const string Page = "training.md";
    private const string Schema = "training_config.schema.json";

    [Fact]
    public void The_schema_is_what_the_options_say() => GeneratedFile.Check(Schema, ConfigurationSchema.Create());

    [Fact]
    public void The_pages_tables_are_what_the_options_say() => GeneratedFile.Check(Page, ConfigurationTables.Renew(GeneratedFile.Read(Page)));

    [Fact]
    public void The_page_has_a_table_of_every_section() =>
        Assert.Equal(ConfigurationContract.KeysOf(typeof(TrainingConfiguration)).Select(key => key.Name), ConfigurationTables.SectionsIn(GeneratedFile.Read(Page)));

    [Fact]
    public void The_pages_example_is_a_configuration()
    {
        var example = GeneratedFile.Read(Page).Split("```json\n")[1].Split("```")[0];
        Assert.Equal("cider", ReferenceFile.Parse(example).EvaluationConfig.BestBy);
    }

    [Fact]
    public void The_schema_says_what_is_required_and_lets_nothing_else_in()
    {
        var schema = JsonNode.Parse(GeneratedFile.Read(Schema))!;
        Assert.Equal(["clip_config", "gpt2_config", "data_paths", "training_config"], schema["required"]!.AsArray().Select(name => (string?)name));
        foreach (var key in ConfigurationContract.KeysOf(typeof(TrainingConfiguration)))
        {
            var section = schema["properties"]![key.Name]!;
            Assert.False((bool)section["additionalProperties"]!);
            Assert.All(ConfigurationContract.KeysOf(key.Type), inner => Assert.False(string.IsNullOrEmpty((string?)section["properties"]![inner.Name]!["description"])));
        }
    }
}
