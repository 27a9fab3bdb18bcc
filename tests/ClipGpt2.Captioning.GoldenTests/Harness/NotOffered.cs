using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Train;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>The one visible list of what golden data ask for and the library doesn't offer: options and expectations here, whole models, tokenizers and files beside it.</summary>
/// <remarks>
/// A case with a listed option isn't left out: its test says so in its name, and asserts that the option is refused by name. A listed expectation is passed over in a
/// case whose others are compared. What no suite knows and isn't listed fails; and so does an entry for an option that is offered by now.
/// </remarks>
/// <param name="Where">The file, or what the paths of all files begin with.</param>
/// <param name="Name">The option or expectation.</param>
/// <param name="Reason">Why it isn't there.</param>
internal sealed partial record NotOffered(string Where, string Name, string Reason)
{
    /// <summary>Arguments of the reference programs.</summary>
    public static IReadOnlyList<NotOffered> Options { get; } =
    [
        new("train/", "optimizer", "The library trains by Adam, AdamW, the AdamW of transformers 4.30 and SGD.") { When = name => name.ValueKind == JsonValueKind.String && OptimizerSettings.KindOf(name.GetString()!) is null },
        new("train/", "maximize", "Losses are minimised.") { When = IsOn },
        new("train/optimization.json", "norm_type", "torch takes powers of 0 and below, which are no norms.") { When = IsNoNorm },
        new("train/optimization.json", "error_if_nonfinite", "A gradient that isn't finite always ends a run.") { When = IsOn },
        new("train/schedules.json", "schedule", "Schedules that transformers added later.") { When = IsLaterSchedule },
        new("train/lora.json", "use_dora", "Adapters are plain LoRA, whose strengths are the ranks' alone.") { When = IsOn },
        new("train/lora.json", "bias", "Biases aren't trained with adapters.") { When = bias => bias.GetString() != "none" },
        new("train/lora.json", "modules_to_save", "Whole modules aren't trained with adapters.") { When = IsOn },
        new("generate/", "penalty_alpha", "Contrastive search, which transformers 5 has dropped."),
        new("generate/", "dola_layers", "Decoding by contrasting layers (DoLa), which transformers 5 has dropped."),
        new("generate/", "prompt_lookup_num_tokens", "Assisted decoding gives the same text, only faster where texts repeat their prompt: captions don't."),
        new("generate/", "guidance_scale", "Classifier-free guidance needs a prompt that is to be avoided; captions have none."),
        new("generate/", "watermarking_config", "Texts aren't watermarked."),
        new("generate/", "max_time", "A caller cancels by a token; a text must not depend on the machine's speed."),
        new("generate/", "encoder_repetition_penalty", "It is for models with a text encoder."),
        new("generate/", "encoder_no_repeat_ngram_size", "It is for models with a text encoder."),
        new("tokenizers/", "stride", "Long texts are cut, not split into overlapping pieces."),
        new("tokenizers/", "return_overflowing_tokens", "Long texts are cut, not split into overlapping pieces.") { When = IsOn },
        new("tokenizers/", "pad_to_multiple_of", "Batches are as wide as their longest text or as asked."),
        new("tokenizers/", "is_split_into_words", "Texts are whole.") { When = IsOn },
    ];

    /// <summary>Expectations of cases whose options are all offered.</summary>
    public static IReadOnlyList<NotOffered> Expectations { get; } =
    [
        new("vision_encoder_decoder/", "encoder_attentions", "Attention's weights aren't given out; the states that they lead to are compared."),
        new("vision_encoder_decoder/", "decoder_attentions", "Attention's weights aren't given out; the logits that they lead to are compared."),
        new("vision_encoder_decoder/", "cross_attentions", "Attention's weights aren't given out; the logits that they lead to are compared."),
        new("vision_encoder_decoder/generate.json", "beam_indices", "With groups or required words the reference counts beams in its own table; of other searches they are compared."),
        new("vision_encoder_decoder/generate.json", "transition_scores", "With groups or required words the reference gathers them by those indices; of other searches they are compared."),
        new("train/optimization.json", "self_critical_LabelSmoothing", "Another definition: a KL divergence over the other V - 1 tokens."),
        new("preprocess/bad.json", "convert_rgb_with_LOAD_TRUNCATED_IMAGES", "A switch of Pillow's that keeps the half of a picture that is there."),
        new("images/images.json", "frames", "Of animated files the first frame counts; the others aren't counted."),
        new("images/images.json", "jpeg", "How a JPEG is coded isn't told; its pixels are compared with Pillow's."),
        new("metrics/ngram.json", "n", "CIDEr counts n-grams of up to four words, as all published figures do."),
        new("tokenizers/tiny_roberta", "differs", "The fast tokenizer's results, where they differ from the slow one's, which is followed."),
        new("tokenizers/tiny_bert", "differs", "The fast tokenizer's results, where they differ from the slow one's, which is followed."),
        new("tokenizers/", "ftfy_fix_text", "Texts aren't repaired: where OpenAI's code is followed, the repaired text is handed in."),
    ];

    /// <summary>Which values of an option; null for every one that is there.</summary>
    public Func<JsonElement, bool>? When { get; init; }

    /// <summary>The first option of a case that isn't offered, by the members of its options and its own; null if there is none.</summary>
    public static NotOffered? Among(string file, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        IEnumerable<JsonProperty> members = json.EnumerateObject();
        if (json.TryGetProperty("options", out var options) && options.ValueKind == JsonValueKind.Object)
        {
            members = members.Concat(options.EnumerateObject());
        }

        return members.Select(member => Options.FirstOrDefault(option => option.Covers(file, member.Name) && option.Asks(member.Value))).FirstOrDefault(option => option is not null);
    }

    /// <summary>Whether the entry is for a name in a file.</summary>
    public bool Covers(string file, string name) => name == Name && file.StartsWith(Where, StringComparison.Ordinal);

    private bool Asks(JsonElement value) => value.ValueKind != JsonValueKind.Null && (When is null || When(value));

    private static bool IsOn(JsonElement value) => value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null);

    private static bool IsNoNorm(JsonElement type) => type.ValueKind == JsonValueKind.String ? type.GetString() == "-inf" : type.GetDouble() <= 0;

    private static bool IsLaterSchedule(JsonElement schedule) =>
        schedule.GetString() is "reduce_lr_on_plateau" or "cosine_with_min_lr" or "cosine_warmup_with_min_lr" or "warmup_stable_decay";
}
