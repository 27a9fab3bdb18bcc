using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Native;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>Libtorch folders of a host's own: sound, strange and deadly ones. What is wrong with one must only be told, never felt.</summary>
public sealed class OwnLibtorchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    private string Lib => Path.Combine(_folder, "lib");

    private static string Package => Path.GetDirectoryName(LibtorchBuild.File)!;

    public OwnLibtorchTests() => Directory.CreateDirectory(Lib);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_package_is_of_the_version_that_TorchSharp_was_built_against()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "It can't be asked on this system.");
        Assert.Equal(LibtorchBuild.BuiltForVersion, LibtorchBuild.Version);
    }

    [Fact]
    public void A_folder_without_libtorch_is_refused() => AssertRefused($"'{Lib}' (TorchRuntimeOptions.LibtorchFolder) has no {LibtorchBuild.FileName}");

    /// <summary>What lies there is no library at all: a trial would fail.</summary>
    [Theory]
    [InlineData("build-version", "2.10.0+cu128\n")]
    [InlineData("version.py", "__version__ = '2.10.0'\ndebug = False\n")]
    public void A_folder_that_says_the_right_version_is_not_tried(string file, string content)
    {
        File.WriteAllText(Path.Combine(Lib, LibtorchBuild.FileName), "no library");
        File.WriteAllText(Path.Combine(_folder, file), content);
        OwnLibtorch.Check(Lib);
    }

    [Fact]
    public void A_sound_libtorch_that_says_no_version_passes_its_trial()
    {
        Assert.False(File.Exists(Path.Combine(Package, "../build-version")));
        OwnLibtorch.Check(Package);
        Assert.Equal((LibtorchBuild.Version, null), LibtorchTrial.Run(Package));
    }

    [Fact]
    public void A_libtorch_of_another_version_is_refused_with_the_names_that_it_lacks()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The libraries are ELF's.");
        WriteLibraries(File.ReadAllBytes(Path.Combine(Package, "libc10.so")));
        File.WriteAllText(Path.Combine(_folder, "build-version"), "1.13.1+cpu\n");
        var message = AssertRefused("holds libtorch 1.13.1, where TorchSharp was built against 2.10.0");
        Assert.Contains("exit code 1", message, StringComparison.Ordinal);
        Assert.Matches("It lacks [1-9][0-9]* names that TorchSharp asks for: _Z[A-Za-z0-9_]+, ", message);
    }

    [Fact]
    public void A_libtorch_that_crashes_is_refused_and_this_process_lives()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "The libraries are ELF's, with x86's instructions.");
        var library = File.ReadAllBytes(Path.Combine(Package, "libc10.so"));
        BinaryPrimitives.WriteUInt16LittleEndian(library.AsSpan(StartOf(library)), 0x0B0F);    // ud2
        WriteLibraries(library);
        AssertRefused("exit code 132 (signal 4)");
    }

    [Fact]
    public void A_library_that_is_cut_off_is_told_by_name()
    {
        var file = Path.Combine(Lib, "libtorch_cpu.so");
        var library = File.ReadAllBytes(Path.Combine(Package, "libtorch.so"));
        foreach (var length in (int[])[0, 5, 63, 64, library.Length / 2, library.Length - 1])
        {
            File.WriteAllBytes(file, library[..length]);
            Assert.Contains(file, Assert.Throws<InvalidDataException>(() => ElfSymbols.Missing(file, [])).Message, StringComparison.Ordinal);
        }
    }

    private string AssertRefused(string expected)
    {
        var message = Assert.Throws<NativeBackendException>(() => OwnLibtorch.Check(Lib)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        return message;
    }

    private void WriteLibraries(byte[] library)
    {
        foreach (var name in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
        {
            File.WriteAllBytes(Path.Combine(Lib, name), library);
        }
    }

    /// <summary>Where the code lies that runs as the library is loaded: DT_INIT, through the segment that holds it.</summary>
    private static int StartOf(byte[] library)
    {
        var (table, count) = ((int)BinaryPrimitives.ReadInt64LittleEndian(library.AsSpan(32)), BinaryPrimitives.ReadUInt16LittleEndian(library.AsSpan(56)));
        var segments = Enumerable.Range(0, count).Select(i => library.AsMemory(table + (56 * i), 56)).ToList();
        var dynamic = segments.Single(segment => Type(segment) == 2);
        for (var entry = (int)Field(dynamic, 8); ; entry += 16)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(library.AsSpan(entry)) == 12)
            {
                var address = BinaryPrimitives.ReadInt64LittleEndian(library.AsSpan(entry + 8));
                var segment = segments.Single(s => Type(s) == 1 && Field(s, 16) <= address && address < Field(s, 16) + Field(s, 32));
                return (int)(address - Field(segment, 16) + Field(segment, 8));
            }
        }

        static int Type(ReadOnlyMemory<byte> segment) => BinaryPrimitives.ReadInt32LittleEndian(segment.Span);
        static long Field(ReadOnlyMemory<byte> segment, int offset) => BinaryPrimitives.ReadInt64LittleEndian(segment.Span[offset..]);
    }
}
