using ClipGpt2.Captioning.Text.Unicode;

namespace ClipGpt2.Captioning.Tests.Text;

public sealed class UnicodeTests
{
    [Theory]
    [InlineData("e\u0301", "\u00e9", "e\u0301")]
    [InlineData("\u212b", "\u00c5", "A\u030a")]
    [InlineData("s\u0307\u0323", "\u1e69", "s\u0323\u0307")]
    [InlineData("a\u0315\u0300\u05ae\u0300b", "\u00e0\u05ae\u0300\u0315b", "a\u05ae\u0300\u0300\u0315b")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab")]
    [InlineData("\u0958", "\u0915\u093c", "\u0915\u093c")]
    [InlineData("\u0301a", "\u0301a", "\u0301a")]
    [InlineData("\ud834\udd5e", "\ud834\udd57\ud834\udd65", "\ud834\udd57\ud834\udd65")]
    public void Canonical_forms_do_not_need_the_hosts_globalization(string text, string composed, string decomposed)
    {
        Assert.Equal(composed, CanonicalForm.Compose(text));
        Assert.Equal(decomposed, CanonicalForm.Decompose(text));
    }

    [Theory]
    [InlineData("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2", "\u03bf\u03b4\u03bf\u03c3")]
    [InlineData("\u03a3\u0391", "\u03c3\u03b1", "\u03c3\u03b1")]
    [InlineData("A\u03a3\u0301.B", "a\u03c3\u0301.b", "a\u03c3\u0301.b")]
    [InlineData("A\u03a3' ", "a\u03c2' ", "a\u03c3' ")]
    [InlineData("\u03a3", "\u03c3", "\u03c3")]
    [InlineData("\u0130\u1e9e\ud801\udc00", "i\u0307\u00df\ud801\udc28", "i\u0307\u00df\ud801\udc28")]
    public void Lower_case_knows_the_final_sigma_where_Python_does(string text, string lowered, string loweredEach)
    {
        Assert.Equal(lowered, LetterCase.Lower(text));
        Assert.Equal(loweredEach, LetterCase.LowerEach(text));
    }

    [Theory]
    [InlineData("&amp;&lt;&gt; &eacute", "&<> \u00e9")]
    [InlineData("&notit; &notin; &nope;", "\u00acit; \u2209 &nope;")]
    [InlineData("&#39;&#x41;&#X42&#128;&#0;&#xD800;&#99999999999;&#1;&#65534;|", "'AB\u20ac\ufffd\ufffd\ufffd|")]
    [InlineData("& && &; &#; &#x; &", "& && &; &#; &#x; &")]
    [InlineData("&NotEqualTilde;", "\u2242\u0338")]
    public void HTML_is_unescaped_as_Python_does(string text, string unescaped) => Assert.Equal(unescaped, HtmlText.Unescape(text));
}
