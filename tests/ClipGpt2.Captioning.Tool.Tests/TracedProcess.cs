using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The real executable, whose standard error is read a line at a time: it can't be further ahead than a small pipe lets it, and then it waits.</summary>
internal sealed partial class TracedProcess : IDisposable
{
    /// <summary>The smallest that Linux makes a pipe.</summary>
    private const int PipeBytes = 4096;

    private const int SetPipeSize = 1031; // F_SETPIPE_SZ

    private readonly Process _process;
    private readonly Stream _error;

    public TracedProcess(params string[] arguments)
        : this(ClipGpt2Process.Command(arguments))
    {
    }

    public TracedProcess(ProcessStartInfo command)
    {
        _process = Process.Start(command)!;
        _error = _process.StandardError.BaseStream;
        var handle = Assert.IsType<AnonymousPipeClientStream>(_error).SafePipeHandle;
        Assert.Equal(PipeBytes, fcntl(handle.DangerousGetHandle().ToInt32(), SetPipeSize, PipeBytes));
    }

    /// <summary>The last line that was read; what the process was doing when it ended, after <see cref="Kill"/>.</summary>
    public string LastLine { get; private set; } = "";

    /// <summary>The next line; null at the end. Nothing beyond it is taken out of the pipe.</summary>
    public string? ReadLine()
    {
        var bytes = new List<byte>();
        while (_error.ReadByte() is >= 0 and var next)
        {
            if (next == '\n')
            {
                return LastLine = Encoding.UTF8.GetString([.. bytes]);
            }

            bytes.Add((byte)next);
        }

        return null;
    }

    /// <summary>Reads to the given occurrence of lines that hold a text.</summary>
    /// <returns>Whether there was one.</returns>
    public bool ReadTo(string text, int occurrence)
    {
        while (ReadLine() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal) && --occurrence == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>SIGKILL. The lines that were on the way are read, a cut one isn't.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        Assert.Equal(128 + 9, _process.ExitCode);
        while (ReadLine() is not null)
        {
        }
    }

    /// <summary>SIGINT, as Ctrl-C sends it. The process may not have heeded it yet.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public int WaitForExit()
    {
        while (ReadLine() is not null)
        {
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc")]
    private static partial int fcntl(int handle, int command, int argument);
}
