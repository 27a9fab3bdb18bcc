using System.Numerics.Tensors;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>The nonlinearity between two linear layers, by Hugging Face's names.</summary>
internal enum Activation
{
    /// <summary><c>gelu</c>: the exact form, with the error function.</summary>
    Gelu,

    /// <summary><c>gelu_new</c>, <c>gelu_pytorch_tanh</c>: the tanh form.</summary>
    GeluTanh,

    /// <summary><c>quick_gelu</c>: x * sigmoid(1.702 x), as OpenAI's CLIP has it.</summary>
    QuickGelu,

    /// <summary><c>silu</c>, <c>swish</c>: x * sigmoid(x).</summary>
    Swish,

    /// <summary><c>relu</c>.</summary>
    Relu,

    /// <summary><c>tanh</c>.</summary>
    Tanh,
}

internal static class Activations
{
    private static readonly KernelProof Kernels = new("Activations of few rows", "libtorch's operators", ActivationProof.Check);

    /// <summary>The activation of a configuration's <c>hidden_act</c> or <c>activation_function</c>, or null for a name that isn't known.</summary>
    public static Activation? Parse(string name) => name switch
    {
        "gelu" => Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
        "quick_gelu" => Activation.QuickGelu,
        "silu" or "swish" => Activation.Swish,
        "relu" => Activation.Relu,
        "tanh" => Activation.Tanh,
        _ => null,
    };

    /// <summary>The activation's name in a configuration.</summary>
    public static string Name(this Activation activation) => activation switch
    {
        Activation.Gelu => "gelu",
        Activation.GeluTanh => "gelu_new",
        Activation.QuickGelu => "quick_gelu",
        Activation.Swish => "silu",
        Activation.Relu => "relu",
        Activation.Tanh => "tanh",
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };

    /// <summary>Applies the activation to a tensor of any shape.</summary>
    public static Tensor Apply(this Activation activation, Tensor x) => activation switch
    {
        Activation.Gelu => nn.functional.gelu(x),
        Activation.GeluTanh => nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
        Activation.QuickGelu => x * torch.sigmoid(x.Times(1.702)),
        Activation.Swish => nn.functional.silu(x),
        Activation.Relu => nn.functional.relu(x),
        Activation.Tanh => torch.tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };

    /// <summary>The kernel that applies the activation in place to any part of a product's outputs, or null where there is none that computes right.</summary>
    public static unsafe delegate*<Span<float>, void> Kernel(this Activation activation) => activation switch
    {
        Activation.Gelu when Kernels.Holds => &ElementwiseKernels.Apply<GeluFunction>,
        Activation.GeluTanh when Kernels.Holds => &ElementwiseKernels.Apply<GeluTanhFunction>,
        Activation.QuickGelu when Kernels.Holds => &ElementwiseKernels.Apply<QuickGeluFunction>,
        Activation.Swish when Kernels.Holds => &ElementwiseKernels.Apply<SwishFunction>,
        Activation.Relu when Kernels.Holds => &ElementwiseKernels.Apply<ReluFunction>,
        _ => null,
    };

    /// <summary>Applies the activation to values in plain memory, in place.</summary>
    public static void Apply(this Activation activation, Span<float> x)
    {
        switch (activation)
        {
            case Activation.Gelu when Kernels.Holds:
                ElementwiseKernels.Apply<GeluFunction>(x);
                break;
            case Activation.GeluTanh when Kernels.Holds:
                ElementwiseKernels.Apply<GeluTanhFunction>(x);
                break;
            case Activation.QuickGelu when Kernels.Holds:
                ElementwiseKernels.Apply<QuickGeluFunction>(x);
                break;
            case Activation.Swish when Kernels.Holds:
                ElementwiseKernels.Apply<SwishFunction>(x);
                break;
            case Activation.Relu:
                TensorPrimitives.Max(x, 0f, x);
                break;
            case Activation.Tanh:
                TensorPrimitives.Tanh(x, x);
                break;
            default:
                using (var tensor = RowTensor.Create(x, 1))
                using (var result = activation.Apply(tensor))
                {
                    RowTensor.Copy(result, x, accumulate: false);
                }

                break;
        }
    }
}
