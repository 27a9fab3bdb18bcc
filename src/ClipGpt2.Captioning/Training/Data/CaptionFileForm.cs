using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>The forms in which captions are stored.</summary>
public enum CaptionFileForm
{
    /// <summary>The reference program's: a JSON list of <c>{image, caption}</c>.</summary>
    Processed,

    /// <summary>COCO's annotations: <c>{images, annotations}</c>.</summary>
    Coco,

    /// <summary>Karpathy's <c>dataset_coco.json</c>: images with a split and sentences.</summary>
    Karpathy,

    /// <summary>One JSON object a line: <c>{image, caption}</c> or <c>{image, captions}</c>.</summary>
    JsonLines,

    /// <summary>A table: values separated by commas or tabs.</summary>
    Csv,

    /// <summary>A folder of pictures with text files beside them.</summary>
    Folder,

    /// <summary>Tar files of pictures and captions (WebDataset).</summary>
    TarShards,

    /// <summary>ClipCap's pickle of captions and embeddings, as its <c>parse_coco.py</c> writes it.</summary>
    [JsonStringEnumMemberName("clipcap")]
    ClipCap,
}
