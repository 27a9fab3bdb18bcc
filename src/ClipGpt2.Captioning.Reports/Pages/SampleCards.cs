using System.Globalization;
using System.Text;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>Validation images with what the model wrote before training, at its best and at last, and what people wrote.</summary>
internal static class SampleCards
{
    public static string Render(ReportData data, Thumbnails thumbnails)
    {
        if (data.Last is null)
        {
            return "";
        }

        // The best validation may be the first or the last one.
        var validations = new[] { data.First, data.Best, data.Last }.OfType<ValidationFigures>().DistinctBy(v => v.Step).OrderBy(v => v.Step).ToList();
        var cards = new StringBuilder("<h2>Captions</h2>\n<div class=\"samples\">\n");
        foreach (var sample in data.Last.Samples)
        {
            AddCard(cards, sample, thumbnails.Of(sample.Image), validations, data.Best?.Step);
        }

        return cards.Append("</div>\n").ToString();
    }

    private static void AddCard(StringBuilder cards, SampleCaption sample, string? picture, List<ValidationFigures> validations, long? best)
    {
        var image = picture is null ? "<div class=\"missing\">no picture</div>" : $"<img src=\"{picture}\" alt=\"image {Html.Text(sample.ImageId)}\">";
        cards.Append(CultureInfo.InvariantCulture, $"<article title=\"{Html.Text(sample.Image ?? sample.ImageId)}\">{image}<div>");
        foreach (var validation in validations)
        {
            var caption = validation.Samples.FirstOrDefault(s => s.ImageId == sample.ImageId)?.Caption;
            if (caption is not null)
            {
                cards.Append(CultureInfo.InvariantCulture, $"<p><small>{When(validation)}{(validation.Step == best ? ", the best" : "")}</small>{Html.Text(caption)}</p>");
            }
        }

        cards.Append("<small>people wrote</small><ul>").AppendJoin("", sample.References.Select(r => $"<li>{Html.Text(r)}</li>")).Append("</ul></div></article>\n");
    }

    private static string When(ValidationFigures validation) => validation.Epoch < 0
        ? "before training"
        : string.Create(CultureInfo.InvariantCulture, $"epoch {validation.Epoch}, after {validation.Step:N0} steps");
}
