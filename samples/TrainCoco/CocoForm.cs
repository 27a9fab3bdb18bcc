namespace TrainCoco;

/// <summary>Whose training is followed.</summary>
internal enum CocoForm
{
    /// <summary>The reference program's: a linear layer with tanh, and the last blocks of GPT-2 trained with it.</summary>
    Reference,

    /// <summary>ClipCap's with a transformer: GPT-2 stays as it is (Mokady et al. 2021).</summary>
    ClipCap,
}
