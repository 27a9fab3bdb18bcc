using System.ComponentModel.DataAnnotations;

namespace ClipGpt2.Captioning.Training;

/// <summary>Which weights stay as they are while the others are trained.</summary>
public sealed class FreezingOptions
{
    /// <summary>How many of GPT-2's first blocks stay: the reference program's <c>n_layers_to_freeze</c>; more than there are freeze all. Embeddings, final norm and head go on training.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int Blocks { get; set; }

    /// <summary>Whether the whole decoder stays: ClipCap's <c>only_prefix</c>.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Decoder { get; set; }

    /// <summary>Whether the decoder's token and position embeddings (and with them a tied head) stay.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Embeddings { get; set; }

    /// <summary>Whether the image encoder stays; if not, images are encoded anew in every step.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Encoder { get; set; } = true;

    /// <summary>Whether dropout works in frozen parts too, as Hugging Face's models have it.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DropoutInFrozenParts { get; set; }
}
