namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>A model in the cache.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Commit">The commit of the revision that was asked for.</param>
/// <param name="Folder">The folder of its files, which <see cref="ModelFolder.Open"/> opens.</param>
/// <param name="Files">The names of the files that were asked for, all of which are there.</param>
/// <param name="DownloadedBytes">How many bytes came over the network.</param>
public sealed record HubModel(string Id, string Commit, string Folder, IReadOnlyList<string> Files, long DownloadedBytes);
