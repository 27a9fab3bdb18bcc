using System.Net;
using System.Text;
using ClipGpt2.Captioning;

namespace Quickstart;

/// <summary>Writes pictures and captions as one HTML page that needs nothing beside it.</summary>
internal static class ContactSheet
{
    private const string Style =
        "body{font:16px/1.4 system-ui,sans-serif;margin:2rem;background:#fafafa;color:#222}"
        + "main{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:1.5rem}"
        + "figure{margin:0;background:#fff;border:1px solid #ddd;border-radius:8px;overflow:hidden}"
        + "img{width:100%;display:block;image-rendering:pixelated}figcaption{padding:.75rem}small{color:#777;display:block}";

    public static void Write(string path, IReadOnlyList<CaptionResult> results)
    {
        var html = new StringBuilder($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Captions</title><style>{Style}</style><h1>Captions</h1><main>");
        foreach (var result in results)
        {
            html.Append("<figure>");
            if (File.Exists(result.Source))
            {
                html.Append($"<img alt=\"\" src=\"data:image;base64,{Convert.ToBase64String(File.ReadAllBytes(result.Source))}\">");
            }

            var text = result.Error is null ? result.Text.Trim() : result.Error.Message;
            var figures = result.Error is null ? $"log-probability {result.Best.Sequence.LogProbabilities.Sum():F2}" : "no caption";
            html.Append($"<figcaption>{WebUtility.HtmlEncode(text)}<small>{WebUtility.HtmlEncode(Path.GetFileName(result.Source))}, {figures}</small></figcaption></figure>");
        }

        File.WriteAllText(path, html.Append("</main></html>\n").ToString());
    }
}
