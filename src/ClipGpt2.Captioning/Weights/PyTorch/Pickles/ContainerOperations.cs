namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>The instructions that make and fill lists, tuples, sets and dictionaries, and those that move values about.</summary>
internal static class ContainerOperations
{
    public static readonly IReadOnlyDictionary<byte, PickleOperation> All = new Dictionary<byte, PickleOperation>
    {
        [(byte)'('] = new("MARK", m => m.Mark()),
        [(byte)'0'] = new("POP", m => m.Drop()),
        [(byte)'1'] = new("POP_MARK", m => m.PopMarked()),
        [(byte)'2'] = new("DUP", m => m.Push(m.Peek())),
        [(byte)']'] = new("EMPTY_LIST", m => m.Push(new PickleList())),
        [(byte)'l'] = new("LIST", m => m.Push(Fill(m, new PickleList(), m.PopMarked()))),
        [(byte)'a'] = new("APPEND", m => Append(m, [m.Pop()], "list")),
        [(byte)'e'] = new("APPENDS", m => Append(m, m.PopMarked(), "list")),
        [(byte)')'] = new("EMPTY_TUPLE", m => m.Push(PickleTuple.Empty)),
        [(byte)'t'] = new("TUPLE", m => m.Push(Tuple(m, m.PopMarked()))),
        [0x85] = new("TUPLE1", m => m.Push(Tuple(m, [m.Pop()]))),
        [0x86] = new("TUPLE2", m => m.Push(Tuple(m, Last(m, 2)))),
        [0x87] = new("TUPLE3", m => m.Push(Tuple(m, Last(m, 3)))),
        [0x8f] = new("EMPTY_SET", m => m.Push(new PickleList("set"))),
        [0x90] = new("ADDITEMS", m => Append(m, m.PopMarked(), "set")),
        [0x91] = new("FROZENSET", m => m.Push(Fill(m, new PickleList("frozenset"), m.PopMarked()))),
        [(byte)'}'] = new("EMPTY_DICT", m => m.Push(new PickleDictionary())),
        [(byte)'d'] = new("DICT", m => m.Push(Fill(m, new PickleDictionary(), m.PopMarked()))),
        [(byte)'s'] = new("SETITEM", m => Fill(m, Last(m, 2))),
        [(byte)'u'] = new("SETITEMS", m => Fill(m, m.PopMarked())),
    };

    private static PickleTuple Tuple(PickleMachine machine, object?[] items) => machine.Checked(new PickleTuple(items));

    private static object?[] Last(PickleMachine machine, int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            items[i] = machine.Pop();
        }

        return items;
    }

    private static void Append(PickleMachine machine, object?[] items, string className)
    {
        var list = machine.Peek<PickleList>($"a {className}");
        if (list.ClassName != className)
        {
            throw machine.Reader.Damaged($"needs a {className}, and meets the wrong type, a {list.ClassName}");
        }

        Fill(machine, list, items);
    }

    private static PickleList Fill(PickleMachine machine, PickleList list, object?[] items)
    {
        foreach (var item in items)
        {
            list.Add(item);
        }

        return machine.Checked(list);
    }

    private static void Fill(PickleMachine machine, object?[] entries) => Fill(machine, machine.Peek<PickleDictionary>("a dictionary"), entries);

    private static PickleDictionary Fill(PickleMachine machine, PickleDictionary dictionary, object?[] entries)
    {
        if (entries.Length % 2 != 0)
        {
            throw machine.Reader.Damaged("has a key without a value: the wrong type or number of entries");
        }

        for (var i = 0; i < entries.Length; i += 2)
        {
            if (!PickleKey.IsPossible(entries[i]))
            {
                throw machine.Reader.Damaged($"has a key of the wrong type or size: {PickleNames.Describe(entries[i])} {(entries[i] is string ? "so long " : "")}can't be one");
            }

            dictionary.Set(entries[i], entries[i + 1]);
        }

        return machine.Checked(dictionary);
    }
}
