using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Training.Checkpoints;

namespace ClipGpt2.Captioning.Training;

/// <summary>Puts the adapters that a run trains beside the decoder's weights.</summary>
internal static class TrainedAdapters
{
    /// <summary>Adds fresh adapters if the options ask for some; those that are there from a run or a checkpoint before are trained on.</summary>
    /// <exception cref="CaptioningException">The decoder can't have adapters, has others, or lacks a matrix that is to get one.</exception>
    public static void Add(Captioner captioner, CaptionTrainerOptions options)
    {
        const string Name = nameof(CaptionTrainerOptions.Lora);
        if (options.Lora is not { } lora)
        {
            return;
        }

        var model = (captioner.Decoder as Gpt2CaptionDecoder)?.Model
            ?? throw new CaptioningException($"{Name} is for GPT-2, and the captioner's decoder is {captioner.Decoder.GetType()}: leave it out.");
        if (model.Adapters is null)
        {
            model.AddAdapters(lora.ToConfig() with { BaseModel = captioner.DecoderFolder }, options.Seed);
        }
        else if (!CheckpointAdapters.AreSame(model.Adapters, lora.ToConfig()))
        {
            throw new CaptioningException($"The decoder has other adapters than {Name} describes: describe those, or load the captioner anew.");
        }
    }
}
