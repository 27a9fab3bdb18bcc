using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Parts.Checkpoints;
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

        var decoder = captioner.Decoder as IAdaptable
            ?? throw new CaptioningException($"{Name} is for GPT-2, and the captioner's decoder is {captioner.Decoder.GetType()}: leave it out.");
        if (decoder.Adapters is null)
        {
            decoder.AddAdapters(lora.ToConfig(), options.Seed);
        }
        else if (!CheckpointAdapters.AreSame(decoder.Adapters, lora.ToConfig()))
        {
            throw new CaptioningException($"The decoder has other adapters than {Name} describes: describe those, or load the captioner anew.");
        }
    }
}
