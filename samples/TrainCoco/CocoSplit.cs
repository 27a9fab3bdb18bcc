namespace TrainCoco;

/// <summary>Captions and pictures as COCO offers them for download.</summary>
/// <param name="Name">The split's name.</param>
/// <param name="Annotations">The file of captions.</param>
/// <param name="Images">The folder of pictures.</param>
internal sealed record CocoSplit(string Name, string Annotations, string Images);
