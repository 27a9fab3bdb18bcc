using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Training.Objectives;

/// <summary>Compares the loss's kernel with its formula in double precision.</summary>
internal static unsafe class CrossEntropyProof
{
    // Fills no vector, and more than one block of sums.
    private const int Classes = 2075;
    private const int Label = 1031;
    private const double Smoothing = 0.1;

    /// <summary>The proof; libtorch's operators take the kernel's place.</summary>
    public static readonly KernelProof Proof = new("Cross-entropy", "libtorch's operators", Check);

    private static string? Check()
    {
        var logits = ProductProof.Inputs(Classes, row: 3);
        var gradients = new float[Classes];
        var (label, loss) = ((long)Label, 0.0);
        fixed (float* scores = logits, slopes = gradients)
        {
            new CrossEntropyTask { Logits = scores, Gradients = slopes, Labels = &label, Losses = &loss, Classes = Classes, Rows = 1, Smoothing = Smoothing, Scale = 1 }.Run(0, 1);
        }

        var sum = logits.Sum(score => Math.Exp(score));
        var expected = ((1 - Smoothing) * -LogProbability(logits[Label])) + (Smoothing * logits.Average(score => -LogProbability(score)));
        return KernelProof.Compare("loss", [(float)loss], [expected], 1e-5)
            ?? KernelProof.Compare("gradient", gradients, [.. logits.Select((score, i) => Math.Exp(LogProbability(score)) - (Smoothing / Classes) - (i == Label ? 1 - Smoothing : 0))], 1e-6);

        double LogProbability(float score) => score - Math.Log(sum);
    }
}
