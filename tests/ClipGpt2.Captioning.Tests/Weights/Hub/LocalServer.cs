using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

/// <summary>An HTTP server on this machine alone, which can break off, stall and lie as real ones do. One request a connection.</summary>
internal sealed class LocalServer : IDisposable
{
    private const int PieceBytes = 1 << 14;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<LocalRequest, LocalAnswer> _answer;
    private readonly List<LocalRequest> _requests = [];
    private long _sent;

    public LocalServer(Func<LocalRequest, LocalAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>How many bytes of bodies were given to the network.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public IReadOnlyList<LocalRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken token)
    {
        using var closing = socket;
        try
        {
            if (await ReadAsync(socket, token) is { } request)
            {
                lock (_requests)
                {
                    _requests.Add(request);
                }

                await SendAsync(socket, request, _answer(request), token);
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone, or the test ends.
        }
    }

    private async Task<LocalRequest?> ReadAsync(Socket socket, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, token);
            if (read == 0)
            {
                return null;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new LocalRequest(first[0], first[1], headers, Port);
    }

    private async Task SendAsync(Socket socket, LocalRequest request, LocalAnswer answer, CancellationToken token)
    {
        var head = new StringBuilder($"HTTP/1.1 {answer.Status} {(HttpStatusCode)answer.Status}\r\nConnection: close\r\n");
        answer.Headers.TryAdd("Content-Length", answer.Body.Length.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in answer.Headers.Where(header => header.Value.Length > 0))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await socket.SendAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), token);
        var body = request.Method == "HEAD" ? default : answer.Body;
        var end = Math.Min(body.Length, Math.Min(answer.BreakAfter ?? int.MaxValue, answer.StallAfter ?? int.MaxValue));
        for (var position = 0; position < end; position += PieceBytes)
        {
            var piece = body[position..Math.Min(position + PieceBytes, end)];
            await socket.SendAsync(piece, token);
            Interlocked.Add(ref _sent, piece.Length);
            await Task.Delay(answer.Pause, token);
        }

        if (answer.StallAfter is not null && request.Method != "HEAD")
        {
            await Task.Delay(Timeout.Infinite, token);
        }
    }
}
