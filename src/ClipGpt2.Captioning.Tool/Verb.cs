using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ClipGpt2.Captioning.Tool;

/// <summary>A command with an example, which its help ends with.</summary>
internal sealed class Verb(string name, string description, string example) : Command(name, description)
{
    /// <summary>A whole command line.</summary>
    public string Example => example;

    /// <summary>Makes the help of a command line's verbs end with their examples.</summary>
    public static void ShowExamples(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class HelpWithExample(SynchronousCommandLineAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => help.ClearsParseErrors;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is Verb verb)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Example:");
                output.WriteLine($"  {verb.Example}");
                output.WriteLine();
            }

            return code;
        }
    }
}
