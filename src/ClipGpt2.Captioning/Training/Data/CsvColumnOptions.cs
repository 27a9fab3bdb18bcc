using System.ComponentModel.DataAnnotations;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Where a table has its captions and pictures.</summary>
public sealed class CsvColumnOptions
{
    /// <summary>The captions' column: a name of the header, or a number from 1 on.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the first of <c>caption</c>, <c>captions</c>, <c>text</c>, <c>sentence</c>, <c>comment</c>, <c>description</c> and
    /// <c>title</c> that the header has; without a header the column beside the picture's.
    /// </value>
    public string? Caption { get; set; }

    /// <summary>The pictures' column: a name of the header, or a number from 1 on.</summary>
    /// <value>
    /// The default is <see langword="null"/>: <c>image</c>, <c>file_name</c>, <c>url</c> or another of the names that <c>docs/data.md</c> lists; without a header
    /// the column whose first field ends as a picture's file does or is an address, and where there is none, the second.
    /// </value>
    public string? Image { get; set; }

    /// <summary>Whether the first line names the columns; null to see by the line itself.</summary>
    /// <remarks>
    /// Two fields that are names of columns make it a header, and a field that ends as a picture's file does makes it data; any other line is refused, since a
    /// wrong guess would read captions as pictures.
    /// </remarks>
    /// <value>The default is <see langword="null"/>.</value>
    public bool? Header { get; set; }

    /// <summary>What stands between fields: a comma, a semicolon, a tab or a bar.</summary>
    /// <remarks>Between tabs, quotes are letters like others, as in Conceptual Captions; otherwise they enclose a field as in RFC 4180.</remarks>
    /// <value>The default is <see langword="null"/>: a tab in files that end in <c>.tsv</c>, else a comma.</value>
    [AllowedValues(',', ';', '\t', '|', null)]
    public char? Separator { get; set; }
}
