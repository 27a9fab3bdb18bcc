using System.Text.Json;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Tells by its first members which form of captions a JSON file has.</summary>
internal static class JsonForm
{
    /// <returns>The form's name.</returns>
    /// <exception cref="CaptioningException">The file can't be read or has none of the forms.</exception>
    public static string Of(string path)
    {
        using var json = JsonTokens.Open(path, "captions");
        json.Read();
        if (json.Type == JsonTokenType.StartArray)
        {
            return CaptionForms.Processed;
        }

        json.Expect(JsonTokenType.StartObject, "the top level");
        while (json.NextMember())
        {
            if (json.IsNamed("annotations"u8))
            {
                return CaptionForms.Coco;
            }

            if (json.IsNamed("images"u8) && OfImages(json) is { } form)
            {
                return form;
            }

            json.Skip();
        }

        throw json.Wrong("the top level", "is neither a list of captions, nor COCO's annotations, nor Karpathy's captions");
    }

    /// <summary>The form by the first image's members; null where they don't tell it.</summary>
    private static string? OfImages(JsonTokens json)
    {
        json.Begin(JsonTokenType.StartArray, "images");
        if (!json.NextItem())
        {
            return null;
        }

        json.Expect(JsonTokenType.StartObject, "images[0]");
        while (json.NextMember())
        {
            if (json.IsNamed("file_name"u8))
            {
                return CaptionForms.Coco;
            }

            if (json.IsNamed("sentences"u8) || json.IsNamed("split"u8))
            {
                return CaptionForms.Karpathy;
            }

            json.Skip();
        }

        throw json.Wrong("images[0]", "has neither COCO's 'file_name' nor Karpathy's 'sentences'");
    }
}
