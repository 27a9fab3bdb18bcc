using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding.Generation;
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
        yield return new("transformer.wte.weight", _tokens);
        yield return new("transformer.wpe.weight", _positions);
        foreach (var parameter in _blocks.SelectMany(ParametersOf))
        {
            yield return parameter;
        }

        yield return new("transformer.ln_f.weight", _norm.Weight);
        yield return new("transformer.ln_f.bias", _norm.Bias);
        if (!Config.TieWordEmbeddings)
        {
            yield return new("lm_head.weight", _head.Weight);
        }
    }

    /// <summary>The weights as Hugging Face's files have them: the blocks' matrices are [in, out], and adapters are merged into them.</summary>
    /// <returns>Views or copies, made as they are asked for; the caller's own.</returns>
    public IEnumerable<KeyValuePair<string, Tensor>> FileTensors()
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
    public void FreezeBlocks(int blocks)
    {
        if (blocks < 0)
        {
            throw new CaptioningException($"{blocks} blocks were to be frozen; give 0 for none.");
        }

        foreach (var (name, weight) in _blocks.Take(blocks).SelectMany(ParametersOf))
        {
            weight.requires_grad = false;
        }
    }

    /// <summary>Keeps the token and position embeddings, and with them a tied head, as they are while the rest is trained.</summary>
    public void FreezeEmbeddings()
    {
        _tokens.requires_grad = false;
        _positions.requires_grad = false;
    }

    private static bool IsConv1D(string name) => name.EndsWith(".weight", StringComparison.Ordinal)
        && (name.Contains(".attn.c_", StringComparison.Ordinal) || name.Contains(".mlp.c_", StringComparison.Ordinal));

    private IEnumerable<KeyValuePair<string, Tensor>> ParametersOf(Gpt2Block block)
    {
        var name = $"transformer.h.{Array.IndexOf(_blocks, block)}";
        return
        [
            .. Of(block.AttentionNorm, "ln_1"),
            .. Of(block.Attention.Qkv, "attn.c_attn"),
            .. Of(block.Attention.Projection, "attn.c_proj"),
            .. Of(block.MlpNorm, "ln_2"),
            .. Of(block.Mlp.Up, "mlp.c_fc"),
            .. Of(block.Mlp.Down, "mlp.c_proj"),
        ];

        KeyValuePair<string, Tensor>[] Of(object layer, string part) => layer switch
        {
            Linear linear =>
            [
                new($"{name}.{part}.weight", linear.Weight), new($"{name}.{part}.bias", linear.Bias!),
                .. linear.Adapter is { } adapter ? Gpt2Adapters.Named($"{name}.{part}", adapter) : [],
            ],
            LayerNorm norm => [new($"{name}.{part}.weight", norm.Weight), new($"{name}.{part}.bias", norm.Bias)],
            _ => [],
        };
    }
}
