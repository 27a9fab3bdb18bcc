using Google.Protobuf;
using static Google.Protobuf.WireFormat;

namespace ClipGpt2.Captioning.Reports.TensorBoard;

/// <summary>TensorFlow's <c>Event</c> message (event.proto, summary.proto, tensor.proto), as much of it as is written here.</summary>
internal static class EventMessage
{
    private const int StringType = 7;
    private const int TensorClass = 2;
    private const int SessionStart = 1;

    /// <summary>What a file begins with.</summary>
    public static byte[] Version(double time) => Event(time, 0, output => Write(output, 3, "brain.Event:2"));

    /// <summary>A run begins anew: readers drop what they have from this step on.</summary>
    public static byte[] Start(double time, long step) => Event(time, step, output => Write(output, 7, Message(session => Write(session, 1, SessionStart))));

    /// <summary>Figures of one step.</summary>
    public static byte[] Scalars(double time, long step, IEnumerable<(string Tag, double Value)> scalars) => Summary(time, step, output =>
    {
        foreach (var (tag, value) in scalars)
        {
            Write(output, 1, Message(summary =>
            {
                Write(summary, 1, tag);
                summary.WriteTag(2, WireType.Fixed32);
                summary.WriteFloat((float)value);
            }));
        }
    });

    /// <summary>A text, which the text dashboard shows as Markdown.</summary>
    public static byte[] Text(double time, long step, string tag, string markdown) => Summary(time, step, output => Write(output, 1, Message(summary =>
    {
        Write(summary, 1, tag);
        Write(summary, 9, Message(metadata =>
        {
            Write(metadata, 1, Message(plugin => Write(plugin, 1, "text")));
            Write(metadata, 4, TensorClass);
        }));
        Write(summary, 8, Message(tensor =>
        {
            Write(tensor, 1, StringType);
            Write(tensor, 2, Message(shape => Write(shape, 2, Message(dimension => Write(dimension, 1, 1)))));
            Write(tensor, 8, markdown);
        }));
    })));

    private static byte[] Summary(double time, long step, Action<CodedOutputStream> values) => Event(time, step, output => Write(output, 5, Message(values)));

    private static byte[] Event(double time, long step, Action<CodedOutputStream> what) => Message(output =>
    {
        output.WriteTag(1, WireType.Fixed64);
        output.WriteDouble(time);
        Write(output, 2, step);
        what(output);
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(output);
        }

        return buffer.ToArray();
    }

    private static void Write(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Write(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Write(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
    }
}
