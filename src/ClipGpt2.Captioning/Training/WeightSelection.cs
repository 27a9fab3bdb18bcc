using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training;

/// <summary>Which weights of a captioner are trained, and which stay as they are.</summary>
internal sealed class WeightSelection(Captioner captioner, FreezingOptions freezing)
{
    /// <summary>Sets for each weight whether it gets a gradient.</summary>
    /// <returns>Those that do.</returns>
    /// <exception cref="CaptioningException">A part that is to be trained can't be, or nothing is left to train.</exception>
    public IReadOnlyList<TrainedWeight> Apply()
    {
        var encoder = Part(captioner.Encoder, PartRole.Encoder, isTrained: !freezing.Encoder, isNeeded: !freezing.Encoder);
        var projector = Part(captioner.Projector, PartRole.Projector, isTrained: true, isNeeded: false);

        // Gradients pass through a frozen decoder to what comes before it, so that its weights must be plain too.
        var decoder = Part(captioner.Decoder, PartRole.Decoder, isTrained: !freezing.Decoder, isNeeded: true);
        FreezeInDecoder();
        FreezeBesideAdapters();
        List<TrainedWeight> trained = [.. encoder.Concat(projector).Concat(decoder).Where(weight => weight.Weight.requires_grad)];
        return trained.Count > 0 ? trained : throw new CaptioningException("Nothing is left to train: all weights are frozen, or the parts have none.");
    }

    private void FreezeInDecoder()
    {
        if (freezing.Blocks == 0 && !freezing.Embeddings)
        {
            return;
        }

        var decoder = captioner.Decoder as ITrainableDecoder ?? throw new CaptioningException(
            $"{captioner.Decoder.GetType()} can't be frozen in part: implement {nameof(ITrainableDecoder)}, or leave {nameof(FreezingOptions)}.{nameof(FreezingOptions.Blocks)} and .{nameof(FreezingOptions.Embeddings)} alone.");
        decoder.FreezeBlocks(freezing.Blocks);
        if (freezing.Embeddings)
        {
            decoder.FreezeEmbeddings();
        }
    }

    /// <summary>Adapters are there to be trained in place of the decoder's own weights.</summary>
    private void FreezeBesideAdapters()
    {
        if (captioner.Decoder is not IAdaptable { Adapters: not null } decoder)
        {
            return;
        }

        if (freezing.Decoder || freezing.Blocks > 0)
        {
            throw new CaptioningException(
                $"The decoder has low-rank adapters, which are trained while all else in it stays: leave {nameof(FreezingOptions)}.{nameof(FreezingOptions.Decoder)} and .{nameof(FreezingOptions.Blocks)} alone.");
        }

        decoder.FreezeAllButAdapters();
    }

    private static List<TrainedWeight> Part(object part, string role, bool isTrained, bool isNeeded)
    {
        if (part is not ITrainable trainable)
        {
            return isTrained && isNeeded
                ? throw new CaptioningException($"The {role} ({part.GetType()}) is to be trained and doesn't implement {nameof(ITrainable)}: implement it, or freeze the part.")
                : [];
        }

        if (!isTrained && !isNeeded)
        {
            return [];
        }

        List<TrainedWeight> weights = [.. Parameters(trainable, role).Select(p => new TrainedWeight($"{role}.{p.Key}", p.Value, role))];
        foreach (var weight in weights)
        {
            weight.Weight.grad = null;
            weight.Weight.requires_grad = isTrained;
        }

        return weights;
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Parameters(ITrainable part, string role)
    {
        try
        {
            return [.. part.NamedParameters()];
        }
        catch (CaptioningException e)
        {
            throw new CaptioningException(
                $"The {role} can't be trained as it was loaded. {e.Message} (With {nameof(Captioner.FromPretrained)} set {nameof(CaptionerOptions)}.{nameof(CaptionerOptions.Trainable)}.)", e);
        }
    }
}
