using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using ClipGpt2.Captioning.Weights.Maps;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>GPT-2's folder in Hugging Face's form, made of one with other names or files of weights.</summary>
internal static class Gpt2Folder
{
    /// <summary>The <c>model_type</c> of its configuration.</summary>
    public const string Kind = "gpt2";

    /// <summary>Writes a model as <c>GPT2LMHeadModel.save_pretrained</c> does: with the prefix that bare models lack, without old masks, a tied head once.</summary>
    /// <param name="source">The model; it stays the caller's.</param>
    /// <param name="target">The folder to write.</param>
    /// <param name="floatingType">The type that floating-point tensors are stored in; null for their own.</param>
    /// <param name="token">Ends the writing between two tensors.</param>
    /// <exception cref="CaptioningException">The configuration isn't GPT-2's, or a file can't be read or written.</exception>
    public static void Write(ModelFolder source, string target, torch.ScalarType? floatingType, CancellationToken token)
    {
        var config = Gpt2Config.Read(source.Config);
        config.Validate(source.Config.File);
        var names = Gpt2Names.For(source.Weights);
        var settled = Gpt2Head.Settle(config, source.Weights, NullLogger.Instance);
        var whole = Gpt2Head.Complete(settled, source.Weights);
        using var weights = new RenamedTensors(
            whole, name => names.IsBuffer(name) || (settled.TieWordEmbeddings && name == Gpt2Names.Head) ? null : names.ModelName(name));
        ModelFolderWriter.Write(source.Path, target, weights, floatingType, Untied(settled), token);
    }

    /// <summary>What a written configuration must say where the head isn't the embedding, whatever the one that was read said.</summary>
    public static JsonObject? Untied(Gpt2Config settled) => settled.TieWordEmbeddings ? null : new() { ["tie_word_embeddings"] = false };

    /// <summary>Writes a model with adapters merged into its weights, both of which are read again: packed weights can't be written.</summary>
    /// <exception cref="CaptioningException">A folder is gone or has changed, or a file can't be read or written.</exception>
    public static void WriteMerged(string source, string adapter, string target)
    {
        using var folder = ModelFolder.Open(source);
        using var adapters = LoraAdapter.Open(adapter);
        var config = Gpt2Config.Read(folder.Config);
        config.Validate(folder.Config.File);
        using var merged = Gpt2Adapters.Merge(config, folder.Weights, adapters.Config, adapters.Weights);
        ModelFolderWriter.Write(source, target, merged);
    }
}
