using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>Which ways are on: exactly those that the processor, and what limits it by an environment variable, allow.</summary>
public sealed unsafe class KernelCanaryTests
{
    private static readonly string OneDnnLimit = Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA") ?? "";

    /// <summary>Whether oneDNN computes with AVX-512, and then in blocks of 64 outputs.</summary>
    private static bool OneDnnHasAvx512 => OneDnnLimit is "" or "ALL" && HasAvx512;

    /// <summary>Whether oneDNN computes with AVX2, and then in blocks of 24 outputs, if it has no AVX-512.</summary>
    private static bool OneDnnHasAvx2 => OneDnnLimit is "" or "ALL" or "AVX2" && HasAvx2;

    private static bool HasAvx2 => X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & (1 << 5)) != 0;

    private static bool HasAvx512 => X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & Avx512Parts) == Avx512Parts;

    // Asked of the processor itself, since .NET can be limited too.
    private const int Avx512Parts = (1 << 16) | (1 << 17) | (1 << 30) | (1 << 31); // F, DQ, BW, VL

    [Fact]
    public void Linear_layers_take_the_first_way_that_there_is()
    {
        using var scope = NewDisposeScope();
        using var stored = new Linear(randn(100, 48), null, new ComputeOptions());
        using var turned = new Linear(randn(48, 192), null, new ComputeOptions(), inputRows: true);
        var hasRows = IsOneDnn && (OneDnnHasAvx512 ? Vector512.IsHardwareAccelerated : OneDnnHasAvx2 && Vector256.IsHardwareAccelerated);
        IReadOnlyList<string> expected = LoadTorch.Kernels switch
        {
            KernelPath.Plain => ["libtorch's product"],
            KernelPath.Managed => ["managed code", "managed code"],
            _ => hasRows ? ["the managed product over oneDNN's layout", "oneDNN's product"] : ["oneDNN's product"],
        };
        Assert.Equal(expected, stored.Ways);
        Assert.Equal(expected, turned.Ways);
        Assert.Equal(LoadTorch.Kernels == KernelPath.Managed ? int.MaxValue : hasRows ? (OneDnnHasAvx512 ? 400 : 40) : 0, stored.MaxPlainRows);
    }

    [Fact]
    public void Managed_products_read_the_layout_that_oneDNN_has_on_this_processor()
    {
        int? width = OneDnnHasAvx512 ? (Vector512.IsHardwareAccelerated ? PanelWeight.Wide : null) : OneDnnHasAvx2 && Vector256.IsHardwareAccelerated ? PanelWeight.Narrow : null;
        Assert.Equal(width, PackedLayout.Of(ScalarType.Float32)?.Width);
        Assert.Equal(OneDnnHasAvx512 ? width : null, PackedLayout.Of(ScalarType.BFloat16)?.Width);
        Assert.Null(PackedLayout.Of(ScalarType.Float16));
    }

    [Fact]
    public void Bfloat16_is_on_where_the_processor_has_avx512()
    {
        Assert.True(OneDnn.IsAvailable);
        Assert.Equal(OneDnnHasAvx512, OneDnn.HasBFloat16);
        using var layer = new Linear(randn(64, 64), null, new ComputeOptions { Precision = Precision.BFloat16 });
        Assert.Equal(IsOneDnn && OneDnnHasAvx512, layer.Ways[^1].StartsWith("oneDNN", StringComparison.Ordinal));
    }

    [Fact]
    public void Eight_bits_are_on_where_dotnet_has_avx512()
    {
        using var layer = new Linear(randn(64, 64), null, new ComputeOptions { Precision = Precision.Int8Weights });
        Assert.Equal(IsOneDnn && Vector512.IsHardwareAccelerated, layer.Ways is ["managed code over 8-bit weights"]);
    }

    [Fact]
    public void Dotnets_vectors_are_as_wide_as_they_may_be()
    {
        Assert.Equal(IsOn("EnableAVX512", "EnableAVX512F", "EnableAVX2", "EnableAVX", "EnableHWIntrinsic") && HasAvx512, Vector512.IsHardwareAccelerated);
        Assert.Equal(IsOn("EnableAVX2", "EnableAVX", "EnableHWIntrinsic") && HasAvx2, Vector256.IsHardwareAccelerated);
    }

    [Fact]
    public void Libtorchs_kernels_are_those_that_it_may_take()
    {
        var expected = Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY") switch
        {
            "default" => "DEFAULT",
            "avx2" => "AVX2",
            null => HasAvx512 ? "AVX512" : "AVX2",
            var other => throw new InvalidOperationException($"ATEN_CPU_CAPABILITY is '{other}', which this test doesn't know."),
        };
        Assert.Equal(expected, Capability());
    }

    private static bool IsOneDnn => LoadTorch.Kernels is KernelPath.Auto or KernelPath.Packed;

    private static bool IsOn(params string[] switches) => Array.TrueForAll(switches, name => Environment.GetEnvironmentVariable($"DOTNET_{name}") is null or "1");

    /// <summary>What <c>at::get_cpu_capability()</c> says: a std::string, which is returned in memory of ours and begins with its text's address.</summary>
    private static string Capability()
    {
        var library = NativeLibrary.Load("libtorch_cpu.so", typeof(torch).Assembly, null);
        var function = (delegate* unmanaged<byte*, void>)NativeLibrary.GetExport(library, "_ZN2at18get_cpu_capabilityB5cxx11Ev");
        var text = stackalloc byte[32];
        function(text);
        return Encoding.ASCII.GetString((byte*)*(nint*)text, (int)*(nint*)(text + sizeof(nint)));
    }
}
