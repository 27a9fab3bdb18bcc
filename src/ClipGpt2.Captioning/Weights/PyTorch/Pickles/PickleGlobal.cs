namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A class or function that pickles may name, and what this library makes of calling it.</summary>
/// <param name="Module">Its module, by the name that Python 3 has.</param>
/// <param name="Name">Its name in the module.</param>
/// <param name="Call">Makes the value: data only.</param>
/// <param name="IsClass">Whether an object may be made of it without a call.</param>
internal sealed record PickleGlobal(string Module, string Name, Func<PickleCall, object?> Call, bool IsClass = false)
{
    public string FullName => $"{Module}.{Name}";
}
