using System.CommandLine;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary>One or more paths.</summary>
internal static class PathArgument
{
    /// <param name="name">Its name in help.</param>
    /// <param name="description">What it is.</param>
    /// <param name="more">What may stand in place of a path, or null.</param>
    public static Argument<string[]> Create(string name, string description, string? more = null)
    {
        var argument = new Argument<string[]>(name) { Arity = ArgumentArity.OneOrMore, Description = description };

        // The parser takes an option that it doesn't know for one path more.
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && token.Value != more && !Path.Exists(token.Value)))
            {
                result.AddError($"There is no option '{token.Value}', nor a file of that name.");
            }
        });
        return argument;
    }
}
