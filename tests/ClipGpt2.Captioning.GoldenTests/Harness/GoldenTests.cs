namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>The tests of a suite: one for each case, and one for each file that proves the check can fail.</summary>
/// <remarks>A folder's class derives from this and carries the trait <c>Golden=&lt;folder&gt;</c>.</remarks>
public abstract class GoldenTests<TSuite>
    where TSuite : GoldenSuite, new()
{
    private static readonly TSuite Suite = new();

    public static IEnumerable<TheoryDataRow<string, string, string>> Cases => Suite.List().Select(c => new TheoryDataRow<string, string, string>(c.File, c.Name, c.Device)
    {
        TestDisplayName = Suite.NotOfferedBy(c.File, c.Name) is { } option ? $"{typeof(TSuite).Name} refuses '{option.Name}', which isn't offered" : null,
    });

    public static TheoryData<string> Files => new(Suite.Files);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string file, string name, string device) => Suite.Run(file, name, device);

    [Theory]
    [MemberData(nameof(Files))]
    public void A_changed_value_is_noticed(string file) => Suite.NoticesAChange(file);
}
