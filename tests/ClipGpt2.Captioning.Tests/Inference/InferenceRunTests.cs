using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Inference;

[Collection(nameof(CountsTensors))]
public sealed class InferenceRunTests : IDisposable
{
    private readonly ReferenceRoot _root = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Pictures_are_the_outer_loop_models_the_inner_one_and_nothing_is_left_behind()
    {
        Directory.CreateDirectory(Path.Combine(_root.Images, "folder.jpg"));
        foreach (var (name, scene) in new[] { ("b.jpg", 1), ("a.jpg", 2), ("c.jpeg", 3), ("Z.jpg", 4), ("IGNORED.JPG", 5), ("ignored.gif", 6) })
        {
            _root.AddPicture(name, scene);
        }

        _root.AddModel("two.safetensors");
        _root.AddModel("one.safetensors");
        var told = new List<InferredCaption>();
        var before = CountsTensors.Settled();
        var result = await new InferenceRun(_root.Configuration).RunAsync(new Told(told), Token);
        Assert.Equal(before, CountsTensors.Settled());
        Assert.Empty(result.Failures);
        Assert.Equal(
            ["Z.jpg one", "Z.jpg two", "a.jpg one", "a.jpg two", "b.jpg one", "b.jpg two", "c.jpeg one", "c.jpeg two"],
            result.Captions.Select(row => $"{row.ImageId} {Path.GetFileNameWithoutExtension(row.ModelName)}"));
        Assert.Equal(result.Captions, told);
        Assert.Equal(9, File.ReadAllLines(_root.Output).Length);
        Assert.All(result.Captions.Chunk(2), pair => Assert.Equal(pair[0].Caption, pair[1].Caption));
    }

    [Fact]
    public async Task Models_upon_one_encoder_share_its_embeddings_and_others_dont()
    {
        _root.AddPicture("a.jpg", 2);
        _root.AddPicture("b.jpg", 3);
        _root.AddModel("1.safetensors");
        _root.AddModel("2.safetensors");
        _root.AddModel("3.safetensors", side: 40);
        var log = new ListLogger<InferenceRun>();
        var result = await new InferenceRun(_root.Configuration, logger: log).RunAsync(token: Token);
        Assert.Equal(6, result.Captions.Count);
        Assert.Contains("2.safetensors' takes the embeddings", Assert.Single(log.Lines, line => line.Contains("embeddings", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.safetensors")]
    [InlineData("3.safetensors")]
    public async Task A_model_whose_figures_are_not_finite_costs_the_others_no_picture(string broken)
    {
        _root.AddPicture("a.jpg", 2);
        _root.AddPicture("b.jpg", 3);
        _root.AddModel("2.safetensors");
        _root.AddModel(broken, isBroken: true);
        var result = await new InferenceRun(_root.Configuration).RunAsync(token: Token);
        Assert.Equal(["a.jpg 2", "b.jpg 2"], result.Captions.Select(row => $"{row.ImageId} {Path.GetFileNameWithoutExtension(row.ModelName)}"));
        Assert.Equal(["a.jpg", "b.jpg"], result.Failures.Select(failure => Path.GetFileName(failure.Path)));
        Assert.All(result.Failures, failure => Assert.Contains("NaN or infinity", failure.Error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bad_picture_and_a_bad_model_are_named_and_the_rest_goes_on()
    {
        _root.AddPicture("good.jpg", 2);
        File.WriteAllText(Path.Combine(_root.Images, "bad.jpg"), "no picture");
        _root.AddModel("good.safetensors");
        File.WriteAllText(Path.Combine(_root.Models, "bad.pkl"), "no pickle");
        SafetensorsWriter.Write(Path.Combine(_root.Models, "another.safetensors"), [new("x", torch.ones(1))]);
        var log = new ListLogger<InferenceRun>();
        var result = await new InferenceRun(_root.Configuration, logger: log).RunAsync(token: Token);
        Assert.Equal(["good.jpg"], result.Captions.Select(row => row.ImageId));
        Assert.Equal(["bad.pkl", "bad.jpg"], result.Failures.Select(failure => Path.GetFileName(failure.Path)));
        Assert.True(result.IsWritten);
        Assert.Equal(2, log.Lines.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)));
        Assert.Contains(log.Lines, line => line.StartsWith("Debug", StringComparison.Ordinal) && line.Contains("another.safetensors' is no caption checkpoint", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_model_that_can_be_used_a_table_that_is_there_stays()
    {
        _root.AddPicture("good.jpg", 2);
        File.WriteAllText(Path.Combine(_root.Models, "bad.pt"), "no pickle");
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Output)!);
        File.WriteAllText(_root.Output, "before");
        var result = await new InferenceRun(_root.Configuration).RunAsync(token: Token);
        Assert.False(result.IsWritten);
        Assert.Empty(result.Captions);
        Assert.Equal("before", File.ReadAllText(_root.Output));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(2, 12)]
    public async Task A_run_that_was_ended_goes_on_and_ends_with_the_same_bytes(int models, int rows)
    {
        for (var i = 0; i < 20; i++)
        {
            _root.AddPicture($"{i:D2}.jpg", i);
        }

        File.WriteAllText(Path.Combine(_root.Images, "05b.jpg"), "no picture");
        for (var i = 0; i < models; i++)
        {
            _root.AddModel($"{i}.safetensors");
        }

        var undisturbed = await new InferenceRun(_root.Configuration).RunAsync(token: Token);
        var expected = File.ReadAllBytes(_root.Output);
        File.Delete(_root.Output);

        using var source = new CancellationTokenSource();
        var told = new List<InferredCaption>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new InferenceRun(_root.Configuration).RunAsync(new Told(told, () => told.Count == rows ? source : null), source.Token));
        var partial = File.ReadAllBytes(_root.Output);
        Assert.True(expected.AsSpan().StartsWith(partial));
        Assert.InRange(partial.Length, 40, expected.Length - 1);

        // A line that was being written when the run was killed doesn't count.
        File.AppendAllText(_root.Output + ".partial", "[0,1,\"ha");
        var log = new ListLogger<InferenceRun>();
        var resumed = await new InferenceRun(_root.Configuration, logger: log).RunAsync(token: Token);
        Assert.Equal(expected, File.ReadAllBytes(_root.Output));
        Assert.Equal(undisturbed.Captions, resumed.Captions);
        Assert.Equal(undisturbed.Failures.Select(f => f.Path), resumed.Failures.Select(f => f.Path));
        Assert.Contains(log.Lines, line => line.Contains("are kept", StringComparison.Ordinal));
        Assert.False(File.Exists(_root.Output + ".partial"));
    }

    [Fact]
    public async Task With_another_picture_an_unfinished_run_is_begun_anew()
    {
        _root.AddPicture("a.jpg", 1);
        _root.AddPicture("b.jpg", 2);
        _root.AddModel("m.safetensors");
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new InferenceRun(_root.Configuration).RunAsync(new Told([], () => source), source.Token));
        File.Delete(Path.Combine(_root.Images, "a.jpg"));
        _root.AddPicture("a.jpg", 7);
        var log = new ListLogger<InferenceRun>();
        var again = await new InferenceRun(_root.Configuration, logger: log).RunAsync(token: Token);
        Assert.DoesNotContain(log.Lines, line => line.Contains("are kept", StringComparison.Ordinal));
        Assert.Equal(again.Captions, (await new InferenceRun(_root.Configuration).RunAsync(token: Token)).Captions);
    }

    [Fact]
    public async Task A_table_that_cannot_be_written_is_no_fault_of_a_model()
    {
        _root.AddPicture("a.jpg", 1);
        _root.AddModel("m.safetensors");
        Directory.CreateDirectory(_root.Output);
        var error = await Assert.ThrowsAnyAsync<CaptioningException>(() => new InferenceRun(_root.Configuration).RunAsync(token: Token));
        Assert.Contains("captions.csv' can't be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_writes_nothing()
    {
        _root.AddPicture("good.jpg", 2);
        _root.AddModel("good.safetensors");
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new InferenceRun(_root.Configuration).RunAsync(token: source.Token));
        Assert.False(File.Exists(_root.Output));
        Assert.False(File.Exists(_root.Output + ".partial"));
    }

    [Fact]
    public void Empty_and_missing_folders_are_named_together()
    {
        var configuration = _root.Configuration;
        configuration.TrainedModelsDir = "nowhere";
        var error = Assert.Throws<ConfigurationException>(() => new InferenceRun(configuration));
        Assert.Equal(2, error.Errors.Count);
        Assert.Contains($"images_dir is '{_root.Images}', which holds no pictures", error.Errors[0], StringComparison.Ordinal);
        Assert.Contains("trained_models_dir is 'nowhere', which is no folder", error.Errors[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "images_dir is missing", "trained_models_dir is missing", "output_filename is missing")]
    [InlineData("""{"images_dir": 3, "trained_models_dir": "x", "output_filename": "x.csv", "enable_gpu": true}""", "images_dir is 3; it must be a text", "trained_models_dir is 'x', which is no folder", "enable_gpu is no known key; the nearest known one is enable_GPU")]
    public void Wrong_keys_are_named_with_the_file(string json, params string[] errors)
    {
        var file = Path.Combine(_root.Models, "inference_config.json");
        File.WriteAllText(file, json);
        var error = Assert.Throws<ConfigurationException>(() => InferenceConfiguration.Load(file));
        Assert.Equal(errors.Length, error.Errors.Count);
        Assert.All(errors, expected => Assert.Contains(error.Errors, actual => actual.StartsWith($"{file}: {expected}", StringComparison.Ordinal)));
    }

    /// <summary>Gathers rows, and ends the run at one of them.</summary>
    private sealed class Told(List<InferredCaption> rows, Func<CancellationTokenSource?>? end = null) : IProgress<InferredCaption>
    {
        public void Report(InferredCaption value)
        {
            rows.Add(value);
            end?.Invoke()?.Cancel();
        }
    }
}
