using System.Globalization;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>Classes of training scripts that hold nothing but fields, and enumerations and paths.</summary>
internal static class DataClasses
{
    private const string ReferenceConfiguration = "src.config_loader.config_loader";

    private static readonly string[] PathClasses = ["Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"];

    public static IReadOnlyList<PickleGlobal> All { get; } =
    [
        .. Records(ReferenceConfiguration, "ClipConfig", "GPT2Config", "TrainingConfig"),
        .. Records("argparse", "Namespace"),
        .. Records("types", "SimpleNamespace"),
        .. new[] { "__main__", "train", "predict" }.Select(script => Enumeration(script, "MappingType")),
        .. new[] { "pathlib", "pathlib._local" }.SelectMany(Paths),
    ];

    /// <summary>A class of which only its name and its objects' fields are kept.</summary>
    public static PickleGlobal Record(string module, string name) => new(module, name, Create, IsClass: true);

    private static IEnumerable<PickleGlobal> Records(string module, params IEnumerable<string> names) => names.Select(name => Record(module, name));

    private static PickleObject Create(PickleCall call)
    {
        call.RequireCount(0, 0);
        return new PickleObject(call.Target, call.Arguments);
    }

    private static PickleGlobal Enumeration(string module, string name) => new(module, name, Member, IsClass: true);

    private static PickleConstant Member(PickleCall call)
    {
        call.RequireCount(1, 1);
        return new PickleConstant(call.Target, call.Arguments.Items[0] switch
        {
            string text => text,
            long number => number.ToString(CultureInfo.InvariantCulture),
            _ => call.Text(0, "a text or an integer"),
        });
    }

    private static IEnumerable<PickleGlobal> Paths(string module) => PathClasses.Select(name => new PickleGlobal(module, name, JoinedPath, IsClass: true));

    /// <summary>A path as its text; nothing is opened.</summary>
    private static PickleConstant JoinedPath(PickleCall call)
    {
        var separator = call.Target.Contains("Windows", StringComparison.Ordinal) ? '\\' : '/';
        string[] parts = [.. Enumerable.Range(0, call.Count).Select(i => call.Text(i, "a text"))];
        call.Spend(parts.Sum(part => part.Length + 1L));
        var joined = string.Join(separator, parts);
        return new PickleConstant(call.Target, joined.StartsWith("//", StringComparison.Ordinal) ? joined[1..] : joined);
    }
}
