using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Tests.Sources;

/// <summary>
/// The registry alone knows the kinds of parts: no other file has a kind's name as text or names a part's type, but for those listed here. It takes the sources to see that:
/// compiled types don't show constants.
/// </summary>
public sealed partial class PartsInSourcesTests
{
    private static readonly Type[] PartContracts =
    [
        typeof(IImageEncoder), typeof(ITextEncoder), typeof(IPrefixProjector), typeof(ICaptionDecoder), typeof(IAutoregressiveModel), typeof(ITrainable), typeof(ISavablePart),
    ];

    /// <summary>Every class that is a part or what a part is made around, by its name, but for the one that hosts derive from.</summary>
    private static readonly HashSet<string> Parts =
    [
        .. typeof(Captioner).Assembly.GetTypes()
            .Where(type => type.IsClass && type != typeof(CaptionDecoder) && PartContracts.Any(contract => contract.IsAssignableFrom(type)))
            .Select(type => type.Name),
    ];

    private static readonly Listed[] MayHaveKindsAsText =
    [
        // A kind's own files.
        new("ClipGpt2.Captioning/Decoding/Gpt2Kind.cs", "its kind"),
        new("ClipGpt2.Captioning/Encoders/ClipKind.cs", "its kind"),
        new("ClipGpt2.Captioning/Encoders/SiglipKind.cs", "its kind"),
        new("ClipGpt2.Captioning/Decoding/Gpt2/Gpt2Config.Json.cs", "the model_type that GPT-2's config.json says"),
        new("ClipGpt2.Captioning/Decoding/Gpt2/Gpt2Folder.cs", "the model_type that GPT-2's config.json says"),
        new("ClipGpt2.Captioning/Encoders/ClipConfig.cs", "the model_type that CLIP's config.json says"),
        new("ClipGpt2.Captioning/Encoders/SiglipConfig.cs", "the model_type that SigLIP's config.json says"),
        new("ClipGpt2.Captioning/Projectors/IdentityProjector.cs", "its kind"),
        new("ClipGpt2.Captioning/Projectors/LinearProjector.cs", "its kind"),
        new("ClipGpt2.Captioning/Projectors/LinearTanhProjector.cs", "its kind"),
        new("ClipGpt2.Captioning/Projectors/MlpProjector.cs", "its kind"),
        new("ClipGpt2.Captioning/Projectors/TransformerProjector.cs", "its kind, and its first layer's name"),
        new("ClipGpt2.Captioning/Text/ClipTokenizer.cs", "the model_type that it belongs to"),
        new("ClipGpt2.Captioning/Text/Gpt2Tokenizer.cs", "its kind"),

        // Words of others' forms that are written alike.
        new("ClipGpt2.Captioning/Decoding/Gpt2/Gpt2Adapters.cs", "GPT-2's weights are called transformer."),
        new("ClipGpt2.Captioning/Weights/Maps/Gpt2Names.cs", "GPT-2's weights are called transformer."),
        new("ClipGpt2.Captioning/Weights/ConfigKeys.cs", "what a config.json of each model_type may hold"),
        new("ClipGpt2.Captioning/Text/Files/TokenizerJson.cs", "which tokenizer a tokenizer.json is of"),
        new("ClipGpt2.Captioning/Text/TransformerTokenizer.cs", "which tokenizer a tokenizer_config.json is of"),
        new("ClipGpt2.Captioning/Weights/Hub/AnswerCheck.cs", "HTTP's word for no compression"),
        new("ClipGpt2.Captioning/Weights/Hub/HttpSender.cs", "HTTP's word for no compression"),
        new("ClipGpt2.Captioning/Runtime/Kernels/OneDnn.cs", "an operator's name"),
        new("ClipGpt2.Captioning/Runtime/Layers/FusedOperators.cs", "an operator's name"),
        new("ClipGpt2.Captioning/Runtime/Layers/PackedLinear.cs", "an operator's name"),

        // Readers and writers of the reference program's form.
        new("ClipGpt2.Captioning/Parts/Checkpoints/CheckpointPreprocessing.cs", "the section clip_config"),
        new("ClipGpt2.Captioning/Parts/Checkpoints/ReferenceCheckpoint.cs", "the reference program's sections"),

        // Configurations and the tool, whose words are the reference program's.
        new("ClipGpt2.Captioning/Training/Configuration/ConfigurationRules.cs", "the section gpt2_config"),
        new("ClipGpt2.Captioning/Training/Configuration/TrainingConfiguration.Options.cs", "the sections clip_config and gpt2_config"),
        new("ClipGpt2.Captioning/Training/Configuration/TrainingSources.cs", "the model_type of gpt2_config.model"),
        new("ClipGpt2.Captioning.Tool/Captions/CaptionerSource.cs", "the options --clip and --gpt2"),
    ];

    private static readonly Listed[] MayNameParts =
    [
        // The registry, and parts that are made of others.
        new("ClipGpt2.Captioning/Parts/BuiltInParts.cs", "the kinds, a line each"),
        new("ClipGpt2.Captioning/Decoding/Gpt2Kind.cs", "loads GPT-2 and its tokenizer"),
        new("ClipGpt2.Captioning/Decoding/Gpt2CaptionDecoder.cs", "decodes with GPT-2"),

        // A metric of CLIP's, and properties of this name.
        new("ClipGpt2.Captioning/Evaluation/CaptionMetricContext.cs", "the property ClipModel"),
        new("ClipGpt2.Captioning/Evaluation/CaptionMetricKind.cs", "the property ClipModel"),
        new("ClipGpt2.Captioning/Evaluation/CaptionMetrics.cs", "the property ClipModel"),
        new("ClipGpt2.Captioning/Evaluation/ClipScoreMetric.cs", "scores with CLIP"),
        new("ClipGpt2.Captioning/Training/Configuration/TrainingSetup.cs", "the property ClipModel"),
        new("ClipGpt2.Captioning.Tool/Commands/EvaluateCommand.cs", "the property ClipModel"),
        new("ClipGpt2.Captioning.Tool/Evaluating/MetricChoice.cs", "the property ClipModel"),

        // What a configuration asks of a projector before there is one.
        new("ClipGpt2.Captioning/Training/Configuration/ProjectorSection.cs", "the kind that a configuration means where it names none"),
    ];

    [Fact]
    public void Only_listed_files_have_a_kinds_name_as_text()
    {
        var kinds = new CaptionerParts().Kinds.ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(kinds);
        Compare(MayHaveKindsAsText, SourceFiles.All.Select(file => (file.Name, file.Text.Literals.SelectMany(KindsIn).Where(kinds.Contains))), "as text");
    }

    [Fact]
    public void Only_listed_files_name_a_part_outside_of_its_folder()
    {
        var homes = SourceFiles.All
            .SelectMany(file => Declaration().Matches(file.Text.Code).Select(match => (Type: match.Groups[1].Value, Folder: SourceFiles.FolderOf(file.Name))))
            .Where(declared => Parts.Contains(declared.Type))
            .ToLookup(declared => declared.Type, declared => declared.Folder);
        Assert.Equal(Parts.Order(StringComparer.Ordinal), homes.Select(home => home.Key).Order(StringComparer.Ordinal));
        Compare(MayNameParts, SourceFiles.All.Select(file => (file.Name, Word().Matches(file.Text.Code).Select(match => match.Value).Where(word => IsAbroad(word, file.Name)))), "by type");

        bool IsAbroad(string word, string file) => Parts.Contains(word) && !homes[word].Any(home => file.StartsWith(home, StringComparison.Ordinal));
    }

    /// <summary>What in a literal would be a kind's name: all of it, what its tensors' names begin with (<c>clip.</c>), its section (<c>clip_config</c>), an option (<c>--clip</c>), a quotation.</summary>
    private static IEnumerable<string> KindsIn(string literal) => Spoken().Matches(literal).Select(match => match.Groups.Values.Skip(1).Single(group => group.Success).Value);

    /// <summary>A file that isn't listed is told with what it has, and a listed one that has nothing (any more) as well.</summary>
    private static void Compare(Listed[] listed, IEnumerable<(string Name, IEnumerable<string> Found)> files, string how)
    {
        var found = files.Select(file => (file.Name, Names: file.Found.Distinct().Order(StringComparer.Ordinal).ToList())).Where(file => file.Names.Count > 0).ToList();
        var unlisted = found.Where(file => listed.All(line => line.File != file.Name)).Select(file => $"{file.Name} names {string.Join(", ", file.Names)} {how}: ask the registry, or list it with the reason");
        var idle = listed.Where(line => found.All(file => file.Name != line.File)).Select(line => $"{line.File} names no part {how} any more: take its line out");
        string[] faults = [.. unlisted, .. idle];
        Assert.True(faults.Length == 0, string.Join(Environment.NewLine, faults));
        Assert.Distinct(listed.Select(line => line.File));
        Assert.All(listed, line => Assert.NotEmpty(line.Reason));
    }

    [GeneratedRegex(@"^(\w+?)(?:_config(?:\.\w+)?|\.)?$|(?<![\w-])--(\w+)(?![\w-])|'(\w+)'")]
    private static partial Regex Spoken();

    [GeneratedRegex(@"\b(?:class|record|struct)\s+(\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    private sealed record Listed(string File, string Reason);
}
