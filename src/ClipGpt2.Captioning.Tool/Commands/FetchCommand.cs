using System.CommandLine;
using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 fetch</c>: downloads a model into Hugging Face's cache, or COCO into a folder.</summary>
internal static class FetchCommand
{
    private static readonly string Archives = string.Join(", ", CocoArchive.All.Select(archive => archive.Name));

    private static readonly Argument<string> Name = new("MODEL|DATASET") { Description = $"A model's id, such as openai/clip-vit-base-patch32, or one of {Archives}." };
    private static readonly Option<string?> Revision = new("--revision") { HelpName = "NAME", Description = "The model's branch, tag or commit; main unless given." };
    private static readonly Option<string[]> Include = new("--include") { HelpName = "PATTERN", Description = "Further files of the model, by name; * stands for anything.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> All = new("--all") { Description = "All files of the model, not only those that are read here." };
    private static readonly Option<string?> Cache = new("--cache") { HelpName = "FOLDER", Description = "The cache of models; Hugging Face's own unless given (HF_HUB_CACHE, HF_HOME)." };
    private static readonly Option<string?> Out = new("--out") { HelpName = "FOLDER", Description = "Where the data set goes; coco2014 unless given." };
    private static readonly Option<string?> Endpoint = new("--endpoint") { HelpName = "URL", Description = "The base address of a mirror (HF_ENDPOINT for models)." };
    private static readonly Option<bool> Offline = new("--offline") { Description = "Send nothing; say whether the cache has the model (HF_HUB_OFFLINE)." };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Tell each step on standard error." };

    public static Command Create()
    {
        var command = new Verb(
            "fetch", "Download a model or COCO. An interrupted download goes on where it was. A token for gated models comes from HF_TOKEN.",
            "clipgpt2 fetch openai/clip-vit-base-patch32")
        {
            Name, Revision, Include, All, Cache, Out, Endpoint, Offline, Verbose,
        };
        command.Validators.Add(result =>
        {
            var isArchive = Archive(result.GetValue(Name)) is not null;
            foreach (var option in isArchive ? [Revision, Include, All, Cache] : new Option[] { Out })
            {
                if (result.GetResult(option) is not null and not { Implicit: true })
                {
                    result.AddError($"{option.Name} is for {(isArchive ? "models" : $"data sets ({Archives})")}.");
                }
            }
        });
        command.SetAction((parsed, token) => Task.Run(() => RunAsync(parsed, token), CancellationToken.None));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        var options = Options(parsed);
        var display = FetchDisplay.Create(parsed.GetValue(Verbose));
        try
        {
            return Archive(parsed.GetValue(Name)) is { } archive
                ? await FetchAsync(archive, parsed, options, display, token)
                : await FetchAsync(parsed.GetRequiredValue(Name), parsed, options, display, token);
        }
        catch (OperationCanceledException)
        {
            Messages.Error("cancelled; the same command goes on where it was");
            return ExitCode.Cancelled;
        }
    }

    private static async Task<int> FetchAsync(string id, ParseResult parsed, HubOptions options, FetchDisplay display, CancellationToken token)
    {
        var choice = new HubFetchOptions { AllFiles = parsed.GetValue(All), Include = parsed.GetValue(Include) ?? [] };
        choice.Revision = parsed.GetValue(Revision) ?? choice.Revision;
        var model = await display.ShowAsync(async (progress, logger) =>
        {
            using var client = new HubClient(options, null, logger);
            return await client.FetchAsync(id, choice, progress, token);
        });
        Messages.News($"{id}: {model.Files.Count} files of commit {model.Commit}, {FetchDisplay.Megabytes(model.DownloadedBytes)} downloaded");
        Console.Out.WriteLine(Printable.Line(model.Folder));
        return ExitCode.Success;
    }

    private static async Task<int> FetchAsync(CocoArchive archive, ParseResult parsed, HubOptions options, FetchDisplay display, CancellationToken token)
    {
        var folder = Path.GetFullPath(parsed.GetValue(Out) ?? "coco2014");
        var bytes = await display.ShowAsync((progress, logger) => new CocoDownload(archive, folder, options, logger).RunAsync(progress, token));
        Messages.News($"{archive.Name}: {(bytes is { } received ? $"{FetchDisplay.Megabytes(received)} downloaded" : "up to date")}");
        foreach (var wanted in archive.Wanted)
        {
            Console.Out.WriteLine(Printable.Line(Path.Combine(folder, wanted)));
        }

        return ExitCode.Success;
    }

    /// <summary>What the environment says of the hub is for models; COCO's server gets no token.</summary>
    private static HubOptions Options(ParseResult parsed)
    {
        var options = HubOptions.FromEnvironment();
        options.Offline |= parsed.GetValue(Offline);
        options.CacheFolder = parsed.GetValue(Cache) ?? options.CacheFolder;
        if (Archive(parsed.GetValue(Name)) is not null)
        {
            (options.Endpoint, options.Token) = (CocoArchive.Server, null);
        }

        if (parsed.GetValue(Endpoint) is { } endpoint)
        {
            options.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
                ? address
                : throw new CaptioningException($"--endpoint is '{endpoint}'; it must be an address such as '{options.Endpoint}'.");
        }

        options.Validate();
        return options;
    }

    private static CocoArchive? Archive(string? name) => CocoArchive.All.FirstOrDefault(archive => archive.Name == name);
}
