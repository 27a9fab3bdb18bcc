namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>One of the library's readers of files.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="FindSeeds">Finds or makes the files to start from.</param>
/// <param name="Read">Opens a file or folder and reads all there is in it.</param>
internal sealed record FuzzReader(string Name, Func<IReadOnlyList<FuzzSeed>> FindSeeds, Action<string> Read)
{
    private readonly Lazy<IReadOnlyList<FuzzSeed>> _seeds = new(FindSeeds);

    public IReadOnlyList<FuzzSeed> Seeds => _seeds.Value;

    /// <summary>One of the files; mostly one that is sound, since others end the reading early.</summary>
    public FuzzSeed Choose(Random random)
    {
        const int Share = 4;
        var choice = random.Next(Share) == 0 ? Seeds : Seeds.Where(seed => seed.IsSound).ToList();
        return choice[random.Next(choice.Count)];
    }
}
