namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>Reads pickles of the protocols 0 to 5 as plain data.</summary>
/// <remarks>
/// It follows Python's <c>pickle</c> module (<c>_Unpickler</c>), but knows classes and functions by an allow-list of exact names only, and
/// nothing is ever imported or called: each name on the list stands for code here that makes a plain value.
/// </remarks>
internal static class Unpickler
{
    private const byte Stop = (byte)'.';

    private static readonly PickleOperation?[] Operations = CreateTable();

    /// <summary>Reads one pickle, from where the reader is to its end mark.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="scope">What the pickle may name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="UnsafeCheckpointException">It asks for more than data.</exception>
    /// <exception cref="CheckpointFormatException">It is damaged.</exception>
    public static object? Load(PickleReader reader, PickleScope scope)
    {
        var machine = new PickleMachine(reader, scope);
        while (true)
        {
            var code = reader.Byte();
            if (code == Stop)
            {
                reader.Begin("STOP");
                return machine.Pop();
            }

            var operation = Operations[code];
            reader.Begin(operation?.Name ?? $"the unknown instruction 0x{code:x2}");
            if (operation is null)
            {
                throw reader.Damaged("is no instruction of any pickle");
            }

            operation.Run(machine);
        }
    }

    private static PickleOperation?[] CreateTable()
    {
        var table = new PickleOperation?[256];
        foreach (var (code, operation) in ScalarOperations.All.Concat(ContainerOperations.All).Concat(MemoOperations.All).Concat(ObjectOperations.All))
        {
            table[code] = operation;
        }

        return table;
    }
}
