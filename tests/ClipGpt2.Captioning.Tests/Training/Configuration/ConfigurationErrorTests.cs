using System.Text;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

public sealed class ConfigurationErrorTests
{
    [Theory]
    [InlineData("clip_config", "model", "1", "clip_config.model is 1; it must be a text that isn't empty")]
    [InlineData("clip_config", "model", "\" \"", "clip_config.model is \" \"; it must be a text that isn't empty")]
    [InlineData("clip_config", "model", "null", "clip_config.model is null; it must be a text that isn't empty")]
    [InlineData("clip_config", "model", null, "clip_config.model is missing; it must be a text that isn't empty")]
    [InlineData("clip_config", "image_size", "[224]", "clip_config.image_size is [224]; it must be a list of 2 values, each an integer from 1 to 16384")]
    [InlineData("clip_config", "image_size", "[224, 0]", "clip_config.image_size is [224,0]; it must be")]
    [InlineData("clip_config", "image_size", "[224, 22.5]", "clip_config.image_size is [224,22.5]; it must be")]
    [InlineData("clip_config", "image_size", "224", "clip_config.image_size is 224; it must be")]
    [InlineData("gpt2_config", "n_layers_to_freeze", "-1", "gpt2_config.n_layers_to_freeze is -1; it must be an integer from 0 to 1024, or null")]
    [InlineData("gpt2_config", "compatibility", "\"transformers6\"", "gpt2_config.compatibility is \"transformers6\"; it must be one of \"transformers5\", \"transformers4\"")]
    [InlineData("gpt2_config", "visual_tokens_length", "0", "gpt2_config.visual_tokens_length is 0; it must be an integer from 1 to 1024")]
    [InlineData("training_config", "batch_size", "\"64\"", "training_config.batch_size is \"64\"; it must be an integer from 1 to 65536")]
    [InlineData("training_config", "batch_size", "1.5", "training_config.batch_size is 1.5; it must be an integer")]
    [InlineData("training_config", "batch_size", "true", "training_config.batch_size is true; it must be an integer")]
    [InlineData("training_config", "batch_size", "1e40", "training_config.batch_size is 1e40; it must be an integer")]
    [InlineData("training_config", "batch_size", "70000", "training_config.batch_size is 70000; it must be an integer from 1 to 65536")]
    [InlineData("training_config", "learning_rate", "\"1e-4\"", "training_config.learning_rate is \"1e-4\"; it must be a number above 0, at most 1000")]
    [InlineData("training_config", "learning_rate", "0", "training_config.learning_rate is 0; it must be a number above 0")]
    [InlineData("training_config", "learning_rate", "1e999", "training_config.learning_rate is 1e999; it must be a number")]
    [InlineData("training_config", "subset_ratio", "0", "training_config.subset_ratio is 0; it must be a number above 0")]
    [InlineData("training_config", "enable_GPU", "\"yes\"", "training_config.enable_GPU is \"yes\"; it must be true or false")]
    [InlineData("training_config", "enable_GPU", "1", "training_config.enable_GPU is 1; it must be true or false")]
    [InlineData("", "data_paths", null, "data_paths is missing; it must be an object")]
    [InlineData("", "data_paths", "null", "data_paths is null; it must be an object")]
    [InlineData("", "data_paths", "[]", "data_paths is []; it must be an object")]
    [InlineData("", "evaluation_config", "\"cider\"", "evaluation_config is \"cider\"; it must be an object")]
    [InlineData("evaluation_config", "metrics", "[\"cidre\"]", "evaluation_config.metrics is [\"cidre\"]; it must be a list of values, each one of \"bleu\", \"meteor\"")]
    [InlineData("evaluation_config", "metrics", "\"cider\"", "evaluation_config.metrics is \"cider\"; it must be a list")]
    [InlineData("evaluation_config", "every_steps", "0", "evaluation_config.every_steps is 0; it must be an integer from 1 on, or null")]
    [InlineData("optimization_config", "optimizer", "\"adamx\"", "optimization_config.optimizer is \"adamx\"; it must be one of \"adam\", \"adamw\", \"transformers_adamw\", \"sgd\"")]
    [InlineData("optimization_config", "optimizer", "1", "optimization_config.optimizer is 1; it must be one of")]
    [InlineData("optimization_config", "gradient_norm_type", "0", "optimization_config.gradient_norm_type is 0; it must be a number above 0, or \"Infinity\"")]
    [InlineData("optimization_config", "gradient_norm_type", "\"inf\"", "optimization_config.gradient_norm_type is \"inf\"; it must be a number above 0, or \"Infinity\"")]
    [InlineData("optimization_config", "max_gradient_norm", "\"Infinity\"", "optimization_config.max_gradient_norm is \"Infinity\"; it must be a number above 0, or null")]
    [InlineData("optimization_config", "objective", "\"best\"", "optimization_config.objective is \"best\"; it must be one of \"corrected\", \"reference\", \"clipcap\"")]
    [InlineData("optimization_config", "precision", "\"float16\"", "optimization_config.precision is \"float16\"; it must be one of \"float32\", \"bfloat16\"")]
    [InlineData("data_config", "train_splits", "[]", "data_config.train_splits is []; it must be a list of 1 or more values, each a text that isn't empty")]
    [InlineData("data_config", "columns", "{\"separator\": \"x\"}", "data_config.columns.separator is \"x\"; it must be one of \",\", \";\", \"\\t\", \"|\", or null")]
    [InlineData("data_config", "columns", "{\"separator\": \";;\"}", "data_config.columns.separator is \";;\"; it must be one of")]
    [InlineData("data_config", "columns", "{\"captions\": \"text\"}", "data_config.columns.captions is no known key; the nearest known one is data_config.columns.caption")]
    [InlineData("projector_config", "kind", "\"cnn\"", "projector_config.kind is \"cnn\"; it must be one of \"linear_tanh\", \"linear\", \"identity\", \"mlp\", \"transformer\"")]
    public void A_wrong_value_is_named_with_file_and_path_and_what_would_be_right(string section, string key, string? value, string expected)
    {
        var error = Assert.Single(ReferenceFile.Errors(() => ReferenceFile.With(section, key, value)));
        Assert.StartsWith($"{ReferenceFile.Name}: {expected}", error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training_config", "batchsize", "training_config.batch_size")]
    [InlineData("training_config", "learning_rat", "training_config.learning_rate")]
    [InlineData("training_config", "enable_gpu", "training_config.enable_GPU")]
    [InlineData("gpt2_config", "n_layer_to_freeze", "gpt2_config.n_layers_to_freeze")]
    [InlineData("optimization_config", "lr_schedule", "optimization_config.schedule")]
    [InlineData("optimization_config", "batch_size", "training_config.batch_size")]
    [InlineData("training_config", "metrics", "evaluation_config.metrics")]
    [InlineData("", "evaluation", "evaluation_config")]
    [InlineData("", "learning_rate", "training_config.learning_rate")]
    public void An_unknown_key_suggests_the_nearest_known_one(string section, string key, string nearest)
    {
        var error = Assert.Single(ReferenceFile.Errors(() => ReferenceFile.With(section, key, "1")));
        Assert.Equal($"{ReferenceFile.Name}: {(section.Length == 0 ? key : $"{section}.{key}")} is no known key; the nearest known one is {nearest}.", error);
    }

    [Fact]
    public void All_errors_come_together()
    {
        var errors = ReferenceFile.Errors(() => ReferenceFile.Parse("""
            {
              "clip_config": { "model": 1, "image_size": [1, 2, 3] },
              "gpt2_config": { "visual_tokens_length": "5", "text_tokens_max_length": 0, "layers": 3 },
              "training_config": { "batch_size": 0, "num_epochs": 1, "learning_rate": 1, "trained_model_path": "m", "monitoring_plots_path": "p" },
              "optimization_config": { "nesterov": true },
              "extra": {}
            }
            """));
        string[] expected =
        [
            "clip_config.model is 1", "clip_config.image_size is [1,2,3]", "gpt2_config.visual_tokens_length is \"5\"", "gpt2_config.text_tokens_max_length is 0",
            "gpt2_config.layers is no known key", "gpt2_config.model is missing", "data_paths is missing", "training_config.batch_size is 0", "extra is no known key",
            "optimization_config.nesterov is true",
        ];
        Assert.All(expected, start => Assert.Single(errors, error => error.StartsWith($"{ReferenceFile.Name}: {start}", StringComparison.Ordinal)));
        Assert.Equal(expected.Length, errors.Count);
    }

    [Theory]
    [InlineData("evaluation_config", "best_by", "\"cider\"", "evaluation_config.best_by is \"cider\"; with these evaluation_config.metrics it must be one of validation_loss, bertscore_p, bertscore_r, bertscore_f")]
    [InlineData("evaluation_config", "max_length", "5", "evaluation_config.max_length is 5; the prefix counts too, so it must be above gpt2_config.visual_tokens_length (5)")]
    [InlineData("projector_config", "kind", "\"identity\"", "gpt2_config.visual_tokens_length is 5; with projector_config.kind \"identity\" an embedding is one visual token, so it must be 1")]
    [InlineData("evaluation_config", "metrics", "[\"clipscore\"]", "evaluation_config.per_caption is true")]
    [InlineData("optimization_config", "freeze_decoder", "true", "optimization_config.freeze_decoder is true")]
    [InlineData("optimization_config", "nesterov", "true", "optimization_config.nesterov is true; it needs a optimization_config.momentum above 0")]
    [InlineData("optimization_config", "correct_bias", "false", "optimization_config.correct_bias is false; only the optimizer \"transformers_adamw\" goes without the correction")]
    [InlineData("lora_config", "rank", "8", "lora_config.rank is 8; adapters are trained while all of GPT-2 stays, so leave gpt2_config.n_layers_to_freeze (10)")]
    public void Values_that_dont_fit_each_other_are_named(string section, string key, string value, string expected)
    {
        var error = Assert.Single(ReferenceFile.Errors(() => ReferenceFile.With(section, key, value)));
        Assert.StartsWith($"{ReferenceFile.Name}: {expected}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("optimization_config.objective=reference", "optimization_config.objective is \"reference\"; captions that the model draws end with one end token and have no padding")]
    [InlineData("optimization_config.label_smoothing=0.1", "optimization_config.label_smoothing is 0.1; captions that the model draws have no labels to smooth")]
    [InlineData("self_critical_config.samples=1", "self_critical_config.samples is 1; a single sample has no others, so it must be 2 or more, or self_critical_config.baseline \"greedy\"")]
    [InlineData("self_critical_config.reward=diversity", "self_critical_config.reward is \"diversity\"; it must be one of \"bleu\", \"meteor\", \"rouge\", \"cider\", \"bertscore\", \"clipscore\"")]
    [InlineData("self_critical_config.sample=3", "self_critical_config.sample is no known key; the nearest known one is self_critical_config.samples")]
    [InlineData("self_critical_config=3", "self_critical_config is 3; it must be an object, or null")]
    public void What_doesnt_go_with_rewards_is_named(string change, string expected)
    {
        var error = Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Read("optimization_config.objective=corrected", "self_critical_config={}", change)));
        Assert.StartsWith($"--set {change}: {expected}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Adapters_of_no_matrix_are_refused() =>
        Assert.Contains("lora_config.target_modules is []", Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Read("gpt2_config.n_layers_to_freeze=null", "lora_config.rank=4", "lora_config.target_modules=[]"))), StringComparison.Ordinal);

    [Fact]
    public void Embeddings_computed_before_dont_go_with_an_encoder_in_training() =>
        Assert.Contains("data_config.embedding_store", Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Read("optimization_config.train_encoder=true", "data_config.embedding_store=store"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{\n  \"clip_config\": {},\n}", 3, 1)]
    [InlineData("{\n  // models\n  \"clip_config\": {}}", 2, 3)]
    [InlineData("{ \"größe\": 1 \"x\": 2 }", 1, 14)]
    [InlineData("", 1, 1)]
    [InlineData("{\"a\": 1", 1, 8)]
    [InlineData("{}\n{}", 2, 1)]
    [InlineData("{'a': 1}", 1, 2)]
    [InlineData("{\"a\": NaN}", 1, 7)]
    public void What_isnt_JSON_is_named_with_line_and_column(string text, int line, int column)
    {
        var error = Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Parse(text)));
        Assert.StartsWith($"{ReferenceFile.Name}: line {line}, column {column}: this isn't JSON: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error, StringComparison.Ordinal);
        Assert.DoesNotContain("reader options", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    public void What_isnt_an_object_is_named(string text) =>
        Assert.StartsWith($"{ReferenceFile.Name}: the configuration is {text}; it must be an object", ReferenceFile.Errors(() => ReferenceFile.Parse(text))[0], StringComparison.Ordinal);

    [Fact]
    public void A_key_that_is_given_twice_is_named()
    {
        var text = ReferenceFile.Text.Replace("\"batch_size\": 64", "\"batch_size\": 64, \"batch_size\": 32", StringComparison.Ordinal);
        Assert.StartsWith($"{ReferenceFile.Name}: training_config.batch_size is given twice", Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Parse(text))), StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_text_is_named()
    {
        Assert.Contains("isn't UTF-8", Assert.Single(ReferenceFile.Errors(() => TrainingConfiguration.Parse(new byte[] { (byte)'{', 0xFF, (byte)'}' }, ReferenceFile.Name))), StringComparison.Ordinal);
        Assert.Contains("isn't JSON", Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Parse("{\"\\ud800\": 1}"))), StringComparison.Ordinal);
        Assert.Contains("isn't JSON", Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Parse(new StringBuilder().Insert(0, "{\"a\":", 200).ToString()))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.Contains(path, Assert.Throws<CaptioningException>(() => TrainingConfiguration.Load(path)).Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetTempPath(), Assert.Throws<CaptioningException>(() => TrainingConfiguration.Load(Path.GetTempPath())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_made_in_code_is_checked_by_the_same_rules()
    {
        var errors = Assert.Throws<ConfigurationException>(new TrainingConfiguration { TrainingConfig = { BatchSize = 70000 } }.Validate).Errors;
        Assert.Contains(errors, error => error.StartsWith("TrainingConfiguration: clip_config.model is \"\"; it must be a text", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("training_config.batch_size is 70000; it must be", StringComparison.Ordinal));
        ReferenceFile.Read().Validate();
    }
}
