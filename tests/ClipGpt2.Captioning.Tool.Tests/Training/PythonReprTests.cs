using System.Text.Json;
using ClipGpt2.Captioning.Tool.Training;

namespace ClipGpt2.Captioning.Tool.Tests.Training;

public sealed class PythonReprTests
{
    [Theory]
    [InlineData(null, "None")]
    [InlineData(true, "True")]
    [InlineData(16, "16")]
    [InlineData(1.0, "1.0")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(2.5e-7, "2.5e-07")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(-1.25e17, "-1.25e+17")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.NegativeInfinity, "-inf")]
    [InlineData("a/b", "'a/b'")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("'\"", "'\\'\"'")]
    [InlineData("a\\b\n\u0001", @"'a\\b\n\x01'")]
    [InlineData(new[] { 64, 64 }, "[64, 64]")]
    public void Values_are_written_as_Python_does(object? value, string expected) => Assert.Equal(expected, PythonRepr.Of(value));

    [Fact]
    public void JSON_is_written_as_the_values_that_Python_reads_from_it() =>
        Assert.Equal("[1, 1.0, 'a', None, False]", PythonRepr.Of(JsonDocument.Parse("""[1, 1.0, "a", null, false]""").RootElement));

    [Fact]
    public void Tuples_of_one_end_in_a_comma()
    {
        Assert.Equal("(64,)", PythonRepr.Tuple([64]));
        Assert.Equal("(560, 64)", PythonRepr.Tuple([560, 64]));
    }
}
