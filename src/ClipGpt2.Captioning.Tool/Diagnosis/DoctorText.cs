using System.Globalization;
using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

// Inside the namespace, where it comes before the library's namespace of that name.
using Text = Spectre.Console.Text;

/// <summary>A <see cref="DoctorReport"/> for people.</summary>
internal static class DoctorText
{
    public static void Write(DoctorReport report, IAnsiConsole console)
    {
        var facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().PadRight(0));
        foreach (var (name, fact) in Facts(report))
        {
            facts.AddRow(new Text(name), new Text(Printable.Line(fact)));
        }

        console.Write(facts);
        if (report.Kernels is { Count: > 0 } kernels)
        {
            console.Write(Table(kernels));
        }

        console.WriteLine(report.Ready ? "ready" : "to mend:");
        foreach (var fault in report.ToMend)
        {
            console.WriteLine($"- {Printable.Line(fault)}");
        }
    }

    private static IEnumerable<(string Name, string Fact)> Facts(DoctorReport report)
    {
        var processor = report.Processor;
        yield return ("clipgpt2", $"{report.System.Clipgpt2}, .NET {report.System.Dotnet}, {report.System.OperatingSystem}, {report.System.Architecture}");
        yield return ("processor", $"{processor.Name}; {processor.Cores} cores");
        yield return ("vectors", $".NET computes with {processor.VectorBits} bits ({string.Join(", ", processor.InstructionSets)})");
        if (report.Libtorch is { } libtorch)
        {
            yield return ("libtorch", $"{libtorch.Version ?? $"of an unknown version (built for {libtorch.BuiltFor})"}, oneDNN {libtorch.Onednn ?? "unknown"}, operators for {libtorch.CpuCapability ?? "unknown"}");
            yield return ("loaded", $"from {libtorch.Loaded}: {libtorch.File ?? "no file of its own"}");
            yield return ("threads", $"{libtorch.Threads} in an operator, {libtorch.InteropThreads} between operators");
            yield return ("GPUs", libtorch.CudaDevices.Count > 0 ? string.Join(", ", libtorch.CudaDevices) : "none that this libtorch can use");
        }

        yield return ("waiting", report.Waiting.Openmp);
        yield return ("pictures", string.Join(", ", report.Decoders.Select(decoder => $"{decoder.Format} ({decoder.Decoder})")));
        if (report.Model is { } model)
        {
            yield return ("model", Invariant($"{model.Model}: loaded in {model.LoadMilliseconds:F0} ms, a caption in {model.CaptionMilliseconds:F0} ms: {model.Caption}"));
            yield return ("proofs", Invariant($"{model.ProofMilliseconds:F1} ms in all until then"));
            yield return ("search", string.Join(", ", model.Decoding.Select(option => $"{option.Key} = {JsonLines.Text(option.Value.Value)} ({option.Value.From})")));
        }

        if (report.Rates is { } rates)
        {
            var bfloat16 = rates.Bfloat16Gflops is { } rate ? Invariant($"{rate:F0} in bfloat16") : "none in bfloat16";
            yield return ("rates", Invariant($"products: {rates.Float32Gflops:F0} GFLOP/s in float32, {bfloat16}; memory: {rates.MemoryGigabytes:F0} GB/s"));
        }
    }

    private static Table Table(IReadOnlyList<KernelFacts> kernels)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("layers", "format", "path", "proof");
        foreach (var kernel in kernels)
        {
            table.AddRow(new Text(kernel.Layer), new Text(kernel.Format), new Text(kernel.Path), new Text(Printable.Line(kernel.GaveWay ? $"gave way: {kernel.Proof}" : kernel.Proof)));
        }

        return table;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
