using System.CommandLine;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tool.Embedding;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 embed</c>: computes the embeddings of a data set's pictures once, for all trainings to come.</summary>
internal static class EmbedCommand
{
    private static readonly Option<string> Encoder = new("--encoder") { HelpName = "FOLDER|ID|FILE", Description = "The image encoder: the folder or id of a CLIP or SigLIP model, a file of weights of OpenAI's or OpenCLIP's CLIP, or a captioner's folder, whose encoder and preprocessing are used.", Required = true };
    private static readonly Option<string> Captions = new("--captions") { HelpName = "FILE|FOLDER", Description = "The data set: a file of captions of any form, or a folder.", Required = true };
    private static readonly Option<string?> Images = new("--images") { HelpName = "FOLDER", Description = "The folder that the pictures' paths in the file are relative to." };
    private static readonly Option<string[]> Splits = new("--splits") { HelpName = "NAME", Description = "The splits of a file that has some (Karpathy's); train and restval unless given.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> Out = new("--out") { HelpName = "FOLDER", Description = "The embedding store.", Required = true };
    private static readonly Option<int[]> ImageSize = new("--image-size")
    {
        HelpName = "N N",
        Description = "Squash pictures to this size first, as training does: clip_config.image_size with its two numbers in their order (which are width and height, whatever the reference program calls them).",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. new ClipSection().ImageSize],
    };

    private static readonly Option<bool> KeepAspect = new("--keep-aspect") { Description = "Leave pictures to CLIP's own preprocessing, as training does with clip_config.keep_aspect." };
    private static readonly Option<EmbeddingPrecision?> Precision = new("--precision") { HelpName = "float32|float16", Description = "The number format of the stored embeddings: float32 unless given, and for patches and tokens float16." };
    private static readonly Option<ImageFeatures> Features = new("--features") { HelpName = "embedding|patches|tokens", Description = "What to store of a picture: its embedding, the vectors of its patches, or those with the class token before them." };
    private static readonly Option<BadImagePolicy> BadImages = new("--bad-images") { HelpName = "fail|skip", Description = "What missing and broken pictures do: end the run with a list of the first, or go into skipped.jsonl." };
    private static readonly Option<int> Threads = Number("--threads", "How many threads decode pictures.", options => options.Threads);
    private static readonly Option<int> BatchSize = Number("--batch-size", "How many pictures go through the encoder together.", options => options.BatchSize);
    private static readonly Option<int> ChunkSize = Number("--chunk-size", "How many pictures are written at once: what an interruption may cost.", options => options.ChunkSize);
    private static readonly Option<bool> Check = new("--check") { Description = "Build nothing; say whether the store is whole, fresh, and has all pictures." };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Tell each step on standard error." };

    public static Command Create()
    {
        var command = new Verb(
            "embed", "Compute the embeddings of a data set's pictures. An interrupted run goes on where it was.",
            "clipgpt2 embed --encoder openai/clip-vit-base-patch32 --captions data/coco_train.json --out data/embeddings")
        {
            Encoder, Captions, Images, Splits, Out, ImageSize, KeepAspect, PictureReading.Orientation, Features, Precision, ComputeChoice.Device, ComputeChoice.Libtorch, BadImages, Threads, BatchSize, ChunkSize, Check, Verbose,
        };

        command.Validators.Add(result =>
        {
            foreach (var option in new Option[] { ImageSize, KeepAspect, Features }.Where(option => result.GetResult(option) is { Implicit: false }))
            {
                if (result.GetValue(Encoder) is { } encoder && ImageEncoders.IsCaptioner(encoder))
                {
                    result.AddError($"'{encoder}' is a captioner, which says itself how pictures are prepared and encoded: leave out {option.Name}.");
                }
            }
        });

        // Ctrl-C is watched for only once the action has returned its task.
        command.SetAction((parsed, token) => Task.Run(() => Run(parsed, token), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken token)
    {
        ComputeChoice.Load(parsed);
        var captions = parsed.GetRequiredValue(Captions);
        var dataset = CaptionDatasets.Open(captions, Reading(parsed), token);
        using var encoder = EncoderSource.Load(parsed.GetRequiredValue(Encoder), ComputeChoice.Compute(parsed), parsed.GetValue(Features));
        var options = new EmbeddingStoreOptions
        {
            Precision = parsed.GetValue(Precision),
            BatchSize = parsed.GetValue(BatchSize),
            ChunkSize = parsed.GetValue(ChunkSize),
            Threads = parsed.GetValue(Threads),
            BadImages = parsed.GetValue(BadImages),
            ImageDecoding = PictureReading.Decoding(parsed),
            Preprocessor = Preprocessor(parsed, encoder.Preprocessor),
        };
        var store = parsed.GetRequiredValue(Out);
        return parsed.GetValue(Check)
            ? StoreCheck.Run(store, encoder, options, dataset, captions, token)
            : Build(store, encoder, options, dataset, parsed.GetValue(Verbose), token);
    }

    private static ImagePreprocessor Preprocessor(ParseResult parsed, ImagePreprocessor own) =>
        !parsed.GetValue(KeepAspect) && !ImageEncoders.IsCaptioner(parsed.GetRequiredValue(Encoder)) && parsed.GetValue(ImageSize) is [var width, var height]
            ? new ImagePreprocessor(own.Options with { Squash = new ImageSize(width, height) })
            : own;

    /// <summary>Empty captions are kept: their pictures may be wanted.</summary>
    private static CaptionDatasetOptions Reading(ParseResult parsed)
    {
        var options = new CaptionDatasetOptions { ImageFolder = parsed.GetValue(Images), EmptyCaptions = EmptyCaptionPolicy.Keep };
        if (parsed.GetValue(Splits) is { Length: > 0 } splits)
        {
            options.Splits = splits;
        }

        return options;
    }

    private static int Build(string store, IImageEncoder encoder, EmbeddingStoreOptions options, ICaptionDataset dataset, bool verbose, CancellationToken token)
    {
        try
        {
            var result = EmbeddingDisplay.Create(verbose).Show((progress, logger) => new EmbeddingStoreBuilder(encoder, options, logger).Build(store, dataset, progress, token));
            Console.Out.WriteLine($"{Printable.Line(store)}: {result.Images} images of {Numbers.Of(encoder.Features)} numbers{(result.WasUpToDate ? ", up to date" : "")}");
            return ExitCode.Success;
        }
        catch (BadImagesException e)
        {
            FewPictures.Tell(e, "mend or remove them, or give '--bad-images skip'. What was embedded is kept for the next run.");
            return ExitCode.Failed;
        }
    }

    private static Option<int> Number(string name, string description, Func<EmbeddingStoreOptions, int> standard) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => standard(new EmbeddingStoreOptions()),
    };
}
