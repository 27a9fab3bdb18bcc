namespace ClipGpt2.Captioning.Tests.Sources;

public sealed class CSharpTextTests
{
    [Theory]
    [InlineData("""a("x") // "no" """, "a( ) ", "x")]
    [InlineData("""a /* "no" */ b /** <c>"no"</c> */""", "a   b ", "")]
    [InlineData("""x = '"' + "y" + '\'';""", "x =  +   +  ;", "y")]
    [InlineData(""" "a\"b\\" c""", "   c", "a\\\"b\\\\")]
    [InlineData(""" @"a\" b @"q""r" """, "   b  ", "a\\|q\"\"r")]
    [InlineData("""$"a{b("c")}d{{e}}" f""", " b( )  f", "a|c|d{{e}}")]
    [InlineData("""$"{{{a}}}" b""", " a  b", "{{|}}")]
    [InlineData("""$@"\{a}""" + "\"\"" + """b" c""", " a  c", "\\|\"\"b")]
    [InlineData("""$"{a switch { 1 => "x", _ => $"{b}y" }}" c""", "a switch { 1 =>  , _ => b  }", "x|y")]
    public void A_source_is_taken_apart(string source, string code, string literals)
    {
        var text = CSharpText.Parse(source);
        Assert.Equal(Words(code), Words(text.Code)[..Words(code).Length]);
        Assert.Equal(literals, string.Join('|', text.Literals));
    }

    [Fact]
    public void Raw_strings_end_with_as_many_quotes_and_open_holes_with_as_many_braces()
    {
        const string Quotes = "\"\"\"";
        var text = CSharpText.Parse($"a({Quotes}say \"no\" // {{x}}{Quotes}, $${Quotes}{{ {{{{b}}}}\"c{Quotes}, d)");
        Assert.Equal(["say \"no\" // {x}", "{ ", "\"c"], text.Literals);
        Assert.Equal(["a", "b", "d"], Words(text.Code));
    }

    [Fact]
    public void Lines_for_the_compiler_are_left_out()
    {
        var text = CSharpText.Parse("#region Don't \"x\"\n  #pragma warning disable // \"\na\n#endregion");
        Assert.Equal(["a"], Words(text.Code));
        Assert.Empty(text.Literals);
    }

    private static string[] Words(string code) => code.Split([' ', '\n', '(', ')', ',', ';', '+', '='], StringSplitOptions.RemoveEmptyEntries);
}
