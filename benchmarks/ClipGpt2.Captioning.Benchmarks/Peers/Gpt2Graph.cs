using Microsoft.ML.OnnxRuntime;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>One of GPT-2's graphs: some inputs of its own, then each layer's past; some outputs of its own, then each layer's present.</summary>
internal sealed class Gpt2Graph : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly string[] _ownInputs;
    private readonly string[] _past;
    private readonly string[] _outputs;

    public Gpt2Graph(InferenceSession session)
    {
        _session = session;
        _binding = session.CreateIoBinding();
        _ownInputs = [.. session.InputNames.Where(n => !n.StartsWith("past_", StringComparison.Ordinal))];
        _past = [.. session.OutputNames.Where(IsPresent).Select(n => n.Replace("present_", "past_", StringComparison.Ordinal))];
        _outputs = [.. session.OutputNames.OrderBy(IsPresent)];
    }

    public int PastCount => _past.Length;

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">The graph's own inputs, in its order.</param>
    /// <param name="past">The n-th of the past's tensors.</param>
    public Gpt2PeerState Run(ReadOnlySpan<OrtValue> inputs, Func<int, OrtValue> past)
    {
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

        return new Gpt2PeerState(_session.RunWithBoundResults(_options, _binding), _past.Length);
    }

    public void Dispose()
    {
        _options.Dispose();
        _binding.Dispose();
        _session.Dispose();
    }

    private static bool IsPresent(string output) => output.StartsWith("present_", StringComparison.Ordinal);
}

/// <summary>What a run of a graph gave: its own outputs and the past for the next run.</summary>
internal sealed class Gpt2PeerState(IDisposableReadOnlyCollection<OrtValue> values, int pastCount) : IDisposable
{
    public OrtValue Past(int index) => values[values.Count - pastCount + index];

    /// <summary>The logits [rows, V] of the two graphs that give them.</summary>
    public ReadOnlySpan<float> Logits => values[0].GetTensorDataAsSpan<float>();

    /// <summary>[rows, K] of the graph for beams.</summary>
    public ReadOnlySpan<float> TopLogProbabilities => values[0].GetTensorDataAsSpan<float>();

    /// <summary>[rows, K] of the graph for beams.</summary>
    public ReadOnlySpan<long> TopIds => values[1].GetTensorDataAsSpan<long>();

    public void Dispose() => values.Dispose();
}
