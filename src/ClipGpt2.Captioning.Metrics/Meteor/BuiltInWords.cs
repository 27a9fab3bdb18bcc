namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Word lists of our own, for use without METEOR's data: English words that carry little meaning, marks, and titles.</summary>
internal static class BuiltInWords
{
    public static IReadOnlyList<string> Functions { get; } = Split(
        """
        a an the this that these those some any no each every all both other another
        i you he she it we they me him her us them my your his its our their who whom whose which what
        am is are was were be been being have has had do does did will would can could may might must shall should not n't 's 'm 'd 're 've 'll
        and or but nor so if than as because while though
        of in on at to for from by with about into onto over under after before between through during without against near off up down out
        there here then when where how very too also just only
        . , ; : ! ? ' " ` - -- ( ) -lrb- -rrb- $ & / ...
        """);

    public static IReadOnlyList<string> Prefixes { get; } =
    [
        .. Split("Mr Mrs Ms Dr Prof St Gen Col Capt Lt Sgt Maj Rev Hon Gov Sen Rep Jr Sr vs v A B C D E F G H J K L M N O P Q R S T U V W X Y Z"),
        "No #NUMERIC_ONLY#", "pp #NUMERIC_ONLY#", "Fig #NUMERIC_ONLY#",
    ];

    private static string[] Split(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
