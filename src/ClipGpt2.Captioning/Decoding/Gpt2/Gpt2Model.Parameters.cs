using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <content>The weights by name, for training and saving.</content>
public sealed partial class Gpt2Model
{
    /// <inheritdoc/>
    /// <remarks>
    /// Named as in Hugging Face's <c>GPT2LMHeadModel</c>, and adapters as PEFT names them. The matrices of the blocks are [out, in], the file's turned
    /// round; <see cref="FileTensors"/> gives them as files have them.
    /// </remarks>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters()
    {
        foreach (var parameter in _layers.Trained(Compute, isWholeOnGpu: true))
        {
            yield return parameter;
            if (AdaptedBefore(parameter.Key) is { } matrix)
            {
                foreach (var part in Gpt2Adapters.Named(matrix, _layers.Linears[matrix].Adapter!))
                {
                    yield return part;
                }
            }
        }
    }

    /// <summary>The weights as Hugging Face's files have them: the blocks' matrices are [in, out], and adapters are merged into them.</summary>
    /// <returns>Views or copies, made as they are asked for; the caller's own.</returns>
    internal IEnumerable<KeyValuePair<string, Tensor>> FileTensors()
    {
        var adapted = AdaptedMatrices().ToDictionary(matrix => matrix.Name + ".weight", matrix => matrix.Layer, StringComparer.Ordinal);
        foreach (var (name, tensor) in StoredTensors())
        {
            yield return adapted.TryGetValue(name, out var layer) ? new(name, Merged(tensor, layer.Adapter!)) : new(name, tensor);
        }
    }

    /// <summary>The same without the adapters: views through which the weights can be changed, the caller's own.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> StoredTensors()
    {
        foreach (var (name, weight) in NamedParameters().Where(p => !Gpt2Adapters.IsOne(p.Key)))
        {
            using var plain = weight.detach();
            var turned = IsConv1D(name) ? plain.t() : plain.alias();
            yield return new(name, turned.DetachFromDisposeScope());
        }
    }

    /// <summary>Writes the model as a folder in Hugging Face's form, a <c>GPT2LMHeadModel</c>: <c>config.json</c>, <c>generation_config.json</c> if it came from a folder, and <c>model.safetensors</c>, without a tokenizer.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of these names are replaced.</param>
    /// <exception cref="CaptioningException">A file can't be written, or the model was loaded for inference, for which its weights were packed.</exception>
    public void Save(string folder)
    {
        using var weights = new MemoryTensors("the model in training", FileTensors());
        KeyValuePair<string, JsonObject>[] generation = Generation is null ? [] : [new(GenerationConfig.FileName, Generation.Json)];
        ModelFolderWriter.WriteNew(folder, [new("config.json", Config.ToJson()), .. generation], weights);
    }

    /// <summary>Keeps the first blocks as they are while the rest is trained; embeddings, final layer norm and head go on training.</summary>
    /// <param name="blocks">How many, as the reference program's <c>n_layers_to_freeze</c> says; more than there are freeze all, as in the reference program's slice of them.</param>
    /// <exception cref="CaptioningException">The number is negative.</exception>
    internal void FreezeBlocks(int blocks)
    {
        if (blocks < 0)
        {
            throw new CaptioningException($"{blocks} blocks were to be frozen; give 0 for none.");
        }

        string[] names = [.. Enumerable.Range(0, Math.Min(blocks, Config.Layers)).Select(i => Gpt2Block.Name(i) + ".")];
        foreach (var (_, weight) in NamedParameters().Where(p => Array.Exists(names, name => p.Key.StartsWith(name, StringComparison.Ordinal))))
        {
            weight.requires_grad = false;
        }
    }

    /// <summary>Keeps the token and position embeddings, and with them a tied head, as they are while the rest is trained.</summary>
    internal void FreezeEmbeddings()
    {
        _tokens.requires_grad = false;
        _positions.requires_grad = false;
    }

    private static bool IsConv1D(string name) => name.EndsWith(".weight", StringComparison.Ordinal)
        && (name.Contains(".attn.c_", StringComparison.Ordinal) || name.Contains(".crossattention.", StringComparison.Ordinal) || name.Contains(".mlp.c_", StringComparison.Ordinal));

    /// <summary>The matrix whose adapter stands behind a weight, or null: adapters come after their matrix's bias.</summary>
    private string? AdaptedBefore(string parameter)
    {
        const string Bias = ".bias";
        return parameter.EndsWith(Bias, StringComparison.Ordinal) && _layers.Linears.GetValueOrDefault(parameter[..^Bias.Length])?.Adapter is not null
            ? parameter[..^Bias.Length]
            : null;
    }
}
