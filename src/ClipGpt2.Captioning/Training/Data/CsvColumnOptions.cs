using System.ComponentModel.DataAnnotations;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Where a table has its captions and pictures.</summary>
public sealed class CsvColumnOptions
{
    /// <summary>The captions' column: a name of the header, or a number from 1 on.</summary>
    /// <value>The default is <see langword="null"/>: the column <c>caption</c>, or without a header the first, as in Conceptual Captions.</value>
    public string? Caption { get; set; }

    /// <summary>The pictures' column: a name of the header, or a number from 1 on.</summary>
    /// <value>The default is <see langword="null"/>: the column <c>image</c>, or without a header the second, as in Conceptual Captions.</value>
    public string? Image { get; set; }

    /// <summary>Whether the first line names the columns; null to see whether both names that are looked for stand there.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public bool? Header { get; set; }

    /// <summary>What stands between fields: a comma, a semicolon, a tab or a bar.</summary>
    /// <remarks>Between tabs, quotes are letters like others, as in Conceptual Captions; otherwise they enclose a field as in RFC 4180.</remarks>
    /// <value>The default is <see langword="null"/>: a tab in files that end in <c>.tsv</c>, else a comma.</value>
    [AllowedValues(',', ';', '\t', '|', null)]
    public char? Separator { get; set; }
}
