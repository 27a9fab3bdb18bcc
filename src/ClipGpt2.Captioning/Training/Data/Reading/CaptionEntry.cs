namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>A caption as tables hold it.</summary>
/// <param name="Caption">The text.</param>
/// <param name="Image">The picture's index in the table.</param>
/// <param name="Place">Its number in the file: an index, a line.</param>
/// <param name="InnerPlace">Its number within that, where one element has several captions.</param>
internal readonly record struct CaptionEntry(string Caption, int Image, int Place, int InnerPlace);
