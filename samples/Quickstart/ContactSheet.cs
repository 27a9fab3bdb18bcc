using System.Net;
using System.Text;
using ClipGpt2.Captioning;

namespace Quickstart;

/// <summary>Writes pictures and captions as one HTML page that needs nothing beside it.</summary>
internal static class ContactSheet
{
    private const string Style =
        ":root{color-scheme:light dark;--text:#1f2328;--soft:#59636e;--line:#d8dee4;--back:#fafafa;--card:#fff}"
        + "@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9198a1;--line:#3d444d;--back:#0d1117;--card:#151b23}}"
        + "body{font:16px/1.4 system-ui,sans-serif;margin:1.5rem;background:var(--back);color:var(--text);overflow-wrap:anywhere}"
        + "main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(240px,100%),1fr));gap:1.5rem}"
        + "figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden}"
        + "img{width:100%;aspect-ratio:4/3;object-fit:contain;display:block;image-rendering:pixelated}"
        + "figcaption{padding:.75rem}small{color:var(--soft);display:block}";

    public static void Write(string path, IReadOnlyList<CaptionResult> results)
    {
        var html = new StringBuilder($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Captions</title><style>{Style}</style><h1>Captions</h1><main>");
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
