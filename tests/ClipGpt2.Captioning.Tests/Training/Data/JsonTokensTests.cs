using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Training.Data.Reading;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Training.Data;

public sealed class JsonTokensTests : DataFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void A_window_smaller_than_a_token_gives_the_same_tokens()
    {
        Gen.Select(Gen.String.Array[0, 5], Gen.Int[1, 20], Gen.Double[-1e9, 1e9]).Sample((texts, window, number) =>
        {
            var value = new { list = texts, empty = Array.Empty<int>(), number, inner = new[] { new { text = string.Concat(texts) } } };
            var json = JsonSerializer.SerializeToUtf8Bytes(value, window % 2 == 0 ? Indented : null);
            return Tokens(json, window).SequenceEqual(Tokens(json, json.Length + 2));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_file_cut_anywhere_is_no_file()
    {
        var json = Encoding.UTF8.GetBytes("""{"a": [1, "é", {"b": null}], "c": "d"}""");
        for (var length = 0; length < json.Length; length++)
        {
            Assert.Throws<CaptioningException>(() => Tokens(json[..length], 7));
        }
    }

    private List<string> Tokens(byte[] json, int window)
    {
        var path = Write("tokens.json", json);
        using var reader = JsonTokens.Open(path, "anything", window);
        var tokens = new List<string>();
        while (reader.Read())
        {
            tokens.Add(reader.Type switch
            {
                JsonTokenType.String => reader.Text(),
                JsonTokenType.Number => reader.Id("number"),
                _ => $"{reader.Type}",
            });
        }

        return tokens;
    }
}
