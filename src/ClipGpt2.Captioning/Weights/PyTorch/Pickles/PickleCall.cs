using ClipGpt2.Captioning.Weights.PyTorch.Archives;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A call that a pickle asks for: its arguments, whose errors name the file and the place.</summary>
/// <param name="target">What is called, for messages.</param>
/// <param name="arguments">The arguments.</param>
/// <param name="reader">Where the pickle is read.</param>
/// <param name="scope">What the pickle may name.</param>
internal sealed class PickleCall(string target, PickleTuple arguments, PickleReader reader, PickleScope scope)
{
    public string Target => target;

    public PickleTuple Arguments => arguments;

    public PickleReader Reader => reader;

    public PickleScope Scope => scope;

    public int Count => arguments.Items.Length;

    /// <summary>Refuses another number of arguments.</summary>
    public void RequireCount(int least, int most)
    {
        if (Count < least || Count > most)
        {
            throw Wrong($"needs {(least == most ? $"{least}" : $"{least} to {most}")} arguments, and has {Count}");
        }
    }

    public T Get<T>(int index, string what) => arguments.Items[index] is T value ? value : throw WrongType(index, what);

    public long Integer(int index, string what) => Get<long>(index, what);

    public string Text(int index, string what) => Get<string>(index, what);

    /// <summary>A tuple of integers.</summary>
    public long[] Integers(int index, string what) => arguments.Items[index] switch
    {
        PickleTuple tuple when tuple.Items.All(item => item is long) => [.. tuple.Items.Cast<long>()],
        _ => throw WrongType(index, what + " of integers"),
    };

    /// <summary>Counts what the call copies of its arguments, and refuses it if the file has had too much copied.</summary>
    public void Spend(long count)
    {
        if (!scope.Budget.TrySpend(count))
        {
            throw Wrong("copies the same values again and again, an implausible size for this file");
        }
    }

    /// <summary>A call that is never made, whatever the arguments.</summary>
    public UnsafeCheckpointException Refused(string problem) => reader.Unsafe($"calls {target}, which {problem}");

    /// <summary>Arguments that don't fit.</summary>
    public CheckpointFormatException Wrong(string problem) => reader.Damaged($"calls {target}, which {problem}");

    private CheckpointFormatException WrongType(int index, string what) =>
        Wrong($"needs {what} as argument {index + 1}, and is of the wrong type: {PickleNames.Describe(arguments.Items[index])}");
}
