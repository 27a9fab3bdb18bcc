namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Where a JSON value stands, as <c>annotations[17]</c> or <c>images[3].sentences[1]</c>.</summary>
/// <param name="List">The list's name; empty where the file itself is the list.</param>
/// <param name="Index">The place in the list.</param>
/// <param name="InnerList">The name of a list within that element, or null.</param>
/// <param name="InnerIndex">The place in it.</param>
internal readonly record struct JsonPlace(string List, int Index, string? InnerList = null, int InnerIndex = 0)
{
    public override string ToString() => InnerList is null ? $"{List}[{Index}]" : $"{List}[{Index}].{InnerList}[{InnerIndex}]";
}
