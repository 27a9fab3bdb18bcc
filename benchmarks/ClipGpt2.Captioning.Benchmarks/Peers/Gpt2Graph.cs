using Microsoft.ML.OnnxRuntime;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>One of GPT-2's graphs: some inputs of its own, what cross-attention looks at, then each layer's past; some outputs of its own, then each layer's present.</summary>
internal sealed class Gpt2Graph : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly string[] _ownInputs;
    private readonly string[] _cross;
    private readonly string[] _past;
    private readonly string[] _outputs;

    public Gpt2Graph(InferenceSession session)
    {
        _session = session;
        _binding = session.CreateIoBinding();
        _ownInputs = [.. session.InputNames.Where(n => !n.StartsWith("past_", StringComparison.Ordinal) && !IsCross(n))];
        _cross = [.. session.InputNames.Where(IsCross)];
        _past = [.. session.OutputNames.Where(IsPresent).Select(n => n.Replace("present_", "past_", StringComparison.Ordinal))];
        _outputs = [.. session.OutputNames.OrderBy(IsPresent)];
    }

    public int PastCount => _past.Length;

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">The graph's own inputs, in its order.</param>
    /// <param name="past">The n-th of the past's tensors.</param>
    /// <param name="first">What the first pass gave, whose keys and values cross-attention looks at; null in a graph without.</param>
    public Gpt2PeerState Run(ReadOnlySpan<OrtValue> inputs, Func<int, OrtValue> past, Gpt2PeerState? first = null)
    {
        foreach (var name in _cross)
        {
            _binding.BindInput(name, first!.Named(name));
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            _binding.BindInput(_ownInputs[i], inputs[i]);
        }

        for (var i = 0; i < _past.Length; i++)
        {
            _binding.BindInput(_past[i], past(i));
        }

        // Bound anew for each run: else the runtime would write into what it returned from the last one.
        foreach (var output in _outputs)
        {
            _binding.BindOutputToDevice(output, OrtMemoryInfo.DefaultInstance);
        }

        return new Gpt2PeerState(_session.RunWithBoundResults(_options, _binding), _outputs, _past.Length);
    }

    public void Dispose()
    {
        _options.Dispose();
        _binding.Dispose();
        _session.Dispose();
    }

    private static bool IsCross(string name) => name.StartsWith("cross_", StringComparison.Ordinal);

    private static bool IsPresent(string output) => output.StartsWith("present_", StringComparison.Ordinal);
}

/// <summary>What a run of a graph gave: its own outputs and the past for the next run.</summary>
internal sealed class Gpt2PeerState(IDisposableReadOnlyCollection<OrtValue> values, string[] names, int pastCount) : IDisposable
{
    public OrtValue Named(string name) => values[Array.IndexOf(names, name)];

    public OrtValue Past(int index) => values[values.Count - pastCount + index];

    /// <summary>The logits [rows, V] of the two graphs that give them.</summary>
    public ReadOnlySpan<float> Logits => values[0].GetTensorDataAsSpan<float>();

    /// <summary>[rows, K] of the graph for beams.</summary>
    public ReadOnlySpan<float> TopLogProbabilities => values[0].GetTensorDataAsSpan<float>();

    /// <summary>[rows, K] of the graph for beams.</summary>
    public ReadOnlySpan<long> TopIds => values[1].GetTensorDataAsSpan<long>();

    public void Dispose() => values.Dispose();
}
