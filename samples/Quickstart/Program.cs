using ClipGpt2.Captioning;
using Quickstart;

// Captions the sample images, or those whose paths are given, with the small model that lies beside the program.
var here = AppContext.BaseDirectory;
var images = args.Length > 0 ? args : [.. Directory.GetFiles(Path.Combine(here, "images")).Order(StringComparer.Ordinal)];

Console.WriteLine($"Loading a small captioner; then {images.Length} pictures are captioned.");
using var captioner = Captioner.FromPretrained(Path.Combine(here, "model"));
var results = captioner.Caption(images.Select(ImageSource.FromFile));

foreach (var result in results)
{
    Console.WriteLine($"{Path.GetFileName(result.Source)}: {(result.Error is null ? result.Text.Trim() : result.Error.Message)}");
}

var sheet = Path.Combine(here, "captions.html");
ContactSheet.Write(sheet, results);
Console.WriteLine($"All of them with their pictures: {sheet}");
return results.All(result => result.Error is null) ? 0 : 1;
