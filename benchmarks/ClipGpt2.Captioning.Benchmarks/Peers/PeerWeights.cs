using System.IO.MemoryMappedFiles;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>The weights of a manifest, made once into a file that all programs of a measurement share through the system's page cache.</summary>
internal sealed unsafe class PeerWeights : IDisposable
{
    private const long ChunkElements = 1 << 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _address;

    private PeerWeights(PeerManifest manifest, string path)
    {
        Manifest = manifest;
        DataPath = path;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, manifest.DataBytes, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _address);
    }

    public PeerManifest Manifest { get; }

    public string DataPath { get; }

    public static PeerWeights Open(string manifestName)
    {
        var manifest = PeerManifest.Load(manifestName);
        var path = Path.Combine(BenchmarkFolders.Cache, manifest.DataFile);
        if (!File.Exists(path) || new FileInfo(path).Length != manifest.DataBytes)
        {
            Make(manifest, path);
        }

        return new PeerWeights(manifest, path);
    }

    /// <summary>Where a weight lies; readable until this is disposed.</summary>
    public nint Address(PeerTensor tensor) => (nint)(_address + tensor.Offset);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static void Make(PeerManifest manifest, string path)
    {
        var unfinished = $"{path}.{Environment.ProcessId}";
        using (var file = MemoryMappedFile.CreateFromFile(unfinished, FileMode.Create, null, manifest.DataBytes))
        using (var view = file.CreateViewAccessor())
        {
            byte* address = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
            var data = (nint)address;
            Parallel.ForEach(Chunks(manifest), chunk =>
            {
                var (number, first, count) = chunk;
                var tensor = manifest.Tensors[number];
                var elements = new Span<float>((float*)(data + tensor.Offset) + first, count);
                UniformRule.Fill(elements, manifest.Seed, number, first, tensor.Mean, tensor.HalfRange);
            });
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static IEnumerable<(int Number, long First, int Count)> Chunks(PeerManifest manifest) =>
        from number in Enumerable.Range(0, manifest.Tensors.Count)
        let elements = manifest.Tensors[number].Length / sizeof(float)
        from chunk in Enumerable.Range(0, (int)((elements + ChunkElements - 1) / ChunkElements))
        let first = chunk * ChunkElements
        select (number, first, (int)Math.Min(ChunkElements, elements - first));
}
