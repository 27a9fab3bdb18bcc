namespace ClipGpt2.Captioning.Text;

/// <summary>Where padding stands.</summary>
internal enum PaddingSide
{
    /// <summary>After the text.</summary>
    Right,

    /// <summary>Before the text, as a decoder needs it that goes on at the end of every row.</summary>
    Left,
}
