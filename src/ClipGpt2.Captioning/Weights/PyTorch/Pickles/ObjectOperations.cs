using ClipGpt2.Captioning.Weights.PyTorch.Globals;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>The instructions that name classes and functions, make objects and name storages.</summary>
/// <remarks>A name that isn't on the list is refused here, where it is read: before anything is made of it or of what follows.</remarks>
internal static class ObjectOperations
{
    public static readonly IReadOnlyDictionary<byte, PickleOperation> All = new Dictionary<byte, PickleOperation>
    {
        [(byte)'c'] = new("GLOBAL", m => m.Push(NamedByLines(m))),
        [0x93] = new("STACK_GLOBAL", StackGlobal),
        [(byte)'i'] = new("INST", m => Instantiate(m, NamedByLines(m), m.PopMarked())),
        [(byte)'o'] = new("OBJ", MarkedObject),
        [(byte)'R'] = new("REDUCE", Reduce),
        [0x81] = new("NEWOBJ", m => NewObject(m, hasKeywords: false)),
        [0x92] = new("NEWOBJ_EX", m => NewObject(m, hasKeywords: true)),
        [(byte)'b'] = new("BUILD", Build),
        [(byte)'P'] = new("PERSID", m => throw m.Reader.Damaged($"has the persistent id '{PickleNames.Shown(m.Reader.TextLine())}', and only torch.save's are known")),
        [(byte)'Q'] = new("BINPERSID", m => m.Push(Storage(m))),
        [0x82] = new("EXT1", Extension),
        [0x83] = new("EXT2", Extension),
        [0x84] = new("EXT4", Extension),
        [0x97] = new("NEXT_BUFFER", m => throw m.Reader.Damaged("needs a buffer from outside of the file, which checkpoints don't have")),
        [0x98] = new("READONLY_BUFFER", m => throw m.Reader.Damaged("needs a buffer from outside of the file, which checkpoints don't have")),
    };

    private static object NamedByLines(PickleMachine machine) => AllowedGlobals.Find(machine.Reader.TextLine(), machine.Reader.TextLine(), machine.Reader, machine.Scope);

    private static void StackGlobal(PickleMachine machine)
    {
        var name = machine.Pop<string>("a text as a name");
        machine.Push(AllowedGlobals.Find(machine.Pop<string>("a text as a module's name"), name, machine.Reader, machine.Scope));
    }

    private static void MarkedObject(PickleMachine machine)
    {
        var values = machine.PopMarked();
        if (values.Length == 0)
        {
            throw machine.Reader.Damaged("needs a class, and the stack is empty (underflow)");
        }

        Instantiate(machine, values[0], values[1..]);
    }

    private static void Reduce(PickleMachine machine)
    {
        var arguments = machine.Pop<PickleTuple>("a tuple of arguments");
        machine.Push(Make(machine, machine.Pop(), arguments, classesOnly: false));
    }

    private static void NewObject(PickleMachine machine, bool hasKeywords)
    {
        if (hasKeywords && machine.Pop<PickleDictionary>("a dictionary of arguments").Entries.Count > 0)
        {
            throw machine.Reader.Unsafe("makes an object from arguments with names, which is refused: no data type on the list needs them");
        }

        var arguments = machine.Pop<PickleTuple>("a tuple of arguments");
        machine.Push(Make(machine, machine.Pop(), arguments, classesOnly: true));
    }

    private static void Instantiate(PickleMachine machine, object? target, object?[] arguments) =>
        machine.Push(Make(machine, target, machine.Checked(new PickleTuple(arguments)), classesOnly: true));

    private static object? Make(PickleMachine machine, object? target, PickleTuple arguments, bool classesOnly)
    {
        if (target is not PickleGlobal global || (classesOnly && !global.IsClass))
        {
            throw machine.Reader.Unsafe($"calls {PickleNames.Describe(target)}, which is refused: only the data types on the list can be made");
        }

        var made = global.Call(machine.Call(global.FullName, arguments));
        return made is PickleContainer container ? machine.Checked(container) : made;
    }

    private static void Build(PickleMachine machine)
    {
        var state = machine.Pop();
        if (machine.Peek() is not IBuildable target)
        {
            throw machine.Reader.Unsafe($"sets the state of {PickleNames.Describe(machine.Peek())}, which is refused: only objects of data types on the list have one");
        }

        target.Build(state, machine.Call(PickleNames.Describe(target), PickleTuple.Empty));
        if (target is PickleContainer container)
        {
            machine.Checked(container);
        }
    }

    private static StoredStorage Storage(PickleMachine machine) => machine.Scope.Storages is { } storages
        ? storages.Find(StorageId.Parse(machine.Pop(), machine.Reader), machine.Reader)
        : throw machine.Reader.Damaged("has a persistent id, and a plain pickle has no table of storages that it could name");

    private static void Extension(PickleMachine machine) =>
        throw machine.Reader.Unsafe("is an instruction for Python's extension registry, which is refused: only classes on the list are known, and by name");
}
