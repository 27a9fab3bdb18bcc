using System.CommandLine;
using ClipGpt2.Captioning;
using CsvHelper;

// Captions the pictures of a folder into a CSV file, one row a picture as soon as it is known:
//   dotnet run --project samples/CaptionFolder -- FOLDER --model MODEL --out captions.csv
var folder = new Argument<string>("folder") { Description = "The folder with the pictures." };
var model = new Option<string>("--model") { Description = "A captioner's folder.", Required = true };
var output = new Option<string>("--out") { Description = "The CSV file to write.", DefaultValueFactory = _ => "captions.csv" };
var command = new RootCommand("Captions the pictures of a folder into a CSV file.") { folder, model, output };
command.SetAction((arguments, token) => CaptionAsync(arguments.GetValue(folder)!, arguments.GetValue(model)!, arguments.GetValue(output)!, token));
return await command.Parse(args).InvokeAsync();

static async Task<int> CaptionAsync(string folder, string model, string output, CancellationToken token)
{
    var (captioned, failed) = (0, 0);
    try
    {
        using var captioner = Captioner.FromPretrained(model);
        await using var results = captioner.CaptionFolderAsync(folder, token: token).GetAsyncEnumerator(token);
        if (!await results.MoveNextAsync())
        {
            await Console.Error.WriteLineAsync($"The folder '{folder}' holds no pictures: give the folder that they lie in.");
            return 1;
        }

        using var csv = CsvWriter.ToFile(output);
        csv.WriteRecord("file", "caption", "error");
        do
        {
            var result = results.Current;
            csv.WriteRecord(Path.GetFileName(result.Source), result.Error is null ? result.Text.Trim() : "", result.Error?.Message ?? "");
            (captioned, failed) = result.Error is null ? (captioned + 1, failed) : (captioned, failed + 1);
        }
        while (await results.MoveNextAsync());
    }
    catch (CaptioningException e)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }

    Console.WriteLine($"{output} is written: {captioned} picture(s) were captioned, {failed} could not be.");
    return failed == 0 ? 0 : 1;
}
