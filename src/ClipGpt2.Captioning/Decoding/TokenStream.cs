using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>Turns a decoding that runs on one thread from beginning to end into a stream of its tokens.</summary>
/// <remarks>Scopes and modes of TorchSharp belong to a thread, so the decoding itself must never be suspended.</remarks>
internal static class TokenStream
{
    /// <param name="decode">Decodes with the options that it is given.</param>
    /// <param name="options">The caller's.</param>
    /// <param name="token">The caller's.</param>
    public static async IAsyncEnumerable<DecodedToken> Run(
        Action<DecodingOptions, CancellationToken> decode, DecodingOptions options, [EnumeratorCancellation] CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<DecodedToken>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var streaming = options.Clone();
        streaming.Observer = new TokenWriter(channel.Writer, options.Observer);
        var decoding = Task.Run(() => Decode(decode, streaming, channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var written in channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return written;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await decoding.ConfigureAwait(false);
        }
    }

    private static void Decode(
        Action<DecodingOptions, CancellationToken> decode, DecodingOptions options, ChannelWriter<DecodedToken> writer, CancellationToken token)
    {
        try
        {
            decode(options, token);
            writer.Complete();
        }
        catch (Exception e)
        {
            writer.Complete(e);
        }
    }

    private sealed class TokenWriter(ChannelWriter<DecodedToken> writer, IDecodingObserver? next) : IDecodingObserver
    {
        public void OnScores(in StepScores scores) => next?.OnScores(scores);

        public void OnToken(DecodedToken token)
        {
            writer.TryWrite(token);
            next?.OnToken(token);
        }
    }
}
