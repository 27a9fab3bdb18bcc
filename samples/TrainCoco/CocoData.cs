using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Training.Data;

namespace TrainCoco;

/// <summary>The captions to train and to validate on.</summary>
internal sealed record CocoData(ICaptionDataset Training, ICaptionDataset Validation)
{
    /// <summary>Writes COCO's captions in the reference program's form, as <c>coco_train.json</c> and <c>coco_val.json</c>, and reads these.</summary>
    /// <remarks>A configuration file can name the same files, and <c>clipgpt2 prepare-coco</c> writes them too.</remarks>
    public static CocoData Prepare(CocoSplit training, CocoSplit validation, string folder, CancellationToken token)
    {
        Directory.CreateDirectory(folder);
        return new CocoData(Process(training), Process(validation));

        ProcessedCaptionDataset Process(CocoSplit split)
        {
            var path = Path.Combine(folder, $"coco_{split.Name}.json");
            ProcessedCaptionDataset.Write(CocoCaptionDataset.Read(split.Annotations, new CaptionDatasetOptions { ImageFolder = split.Images }, token), path, token);
            return ProcessedCaptionDataset.Read(path, token: token);
        }
    }

    /// <summary>The pictures of both, each once.</summary>
    public IReadOnlyList<KeyValuePair<string, ImageSource>> Pictures() =>
    [
        .. new[] { Training, Validation }
            .SelectMany(captions => Enumerable.Range(0, captions.Count).Select(i => captions[i]))
            .DistinctBy(example => example.ImageId)
            .Select(example => KeyValuePair.Create(example.ImageId, example.Image!)),
    ];
}
