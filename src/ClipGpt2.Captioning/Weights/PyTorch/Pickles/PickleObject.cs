namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>An object of a class that is known to be data: its class's name, what it was made of, and its fields.</summary>
internal sealed class PickleObject : PickleContainer, IBuildable
{
    /// <summary>Where pydantic's models keep their fields within their state.</summary>
    private const string FieldsKey = "__dict__";

    public PickleObject(string className, PickleTuple arguments)
    {
        (ClassName, Arguments) = (className, arguments);
        Hold(arguments);
    }

    public string ClassName { get; }

    public PickleTuple Arguments { get; }

    /// <summary>The object's state as it was stored.</summary>
    public PickleDictionary State { get; private set; } = new();

    /// <summary>The fields that a program sees.</summary>
    public PickleDictionary Fields => State[FieldsKey] as PickleDictionary ?? State;

    public void Build(object? state, PickleCall call)
    {
        State = state as PickleDictionary ?? throw call.Wrong("needs a dictionary of fields");
        Hold(State);
    }
}
