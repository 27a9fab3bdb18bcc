using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.VisionEncoderDecoder;

/// <summary>One call of <c>vision_encoder_decoder/generate.json</c>.</summary>
internal sealed class VisionCall
{
    private const string StartToken = "decoder_start_token_id";

    private readonly VisionModelUnderTest _model;
    private readonly Gpt2Tokenizer? _tokenizer;
    private readonly Tensor _visual;
    private readonly int[]? _starts;
    private readonly int[][]? _prompts;
    private readonly bool[] _filled;

    public VisionCall(GoldenCase golden, ModelCompatibility compatibility)
    {
        var path = GoldenRoot.Path(Path.Combine("vision_encoder_decoder", golden.Json.GetProperty("model").GetString()!));
        var model = VisionModelUnderTest.For(path, new ComputeOptions { Device = golden.Device }, compatibility, eager: false);
        _tokenizer = File.Exists(Path.Combine(path, "vocab.json")) || File.Exists(Path.Combine(path, "tokenizer.json")) ? Gpt2Tokenizer.FromPretrained(path) : null;
        _model = model;
        int[] rows = Arguments.Ids(golden.Json.GetProperty("rows"));
        using var output = model.Encode(golden.Tensors[golden.Json.GetProperty("inputs").GetString()!].Rows(rows).ToTorch(golden.Device));
        _visual = model.Project(output.LastHiddenState).alias();
        (_prompts, _filled) = Prompts(golden.Json, rows.Length);
        var arguments = golden.Json.GetProperty("options");
        _starts = arguments.TryGetProperty(StartToken, out var start) ? Arguments.Ids(start) : null;
        Options = Settle(arguments, new VisionGenerationFiles(path, golden.Json.TryGetProperty("overlay", out var overlay) ? overlay : null, compatibility), model.Decoder.VocabularySize);
    }

    /// <summary>What holds for the call.</summary>
    public DecodingOptions Options { get; }

    public int Returned => Options.ReturnedSequences ?? 1;

    /// <summary>Beam search takes a pad token of 0 for none.</summary>
    public int FillToken => Options.PadTokenId is { } pad && (pad > 0 || !(Options.Beams > 1 && Options.BeamGroups is null or 1 && Options.RequiredWords is null or [])) ? pad : Options.EndTokenIds is [var end, ..] ? end : 0;

    /// <summary>Whether the reference fills a row's prompt on its left, so that its positions aren't those that the row has alone.</summary>
    public bool IsFilled(int place) => _filled[place];

    /// <summary>What a row's text begins with.</summary>
    public IReadOnlyList<int> OpeningOf(int place)
    {
        var start = StartOf(place);
        int[] prompt = _prompts?[place] ?? [];
        return prompt.Length > 0 && prompt[0] == start ? prompt : [start, .. prompt];
    }

    public string Text(int[] ids) => _tokenizer!.Decode(ids, skipSpecialTokens: true);

    /// <summary>The whole batch; a start token for each row is a call for each.</summary>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode()
    {
        if (_starts?.Length > 1)
        {
            return [.. Enumerable.Range(0, (int)_visual.shape[0]).Select(Decode)];
        }

        var options = Options.Clone();
        (options.StartTokenId, options.ImagePromptIds) = (StartOf(0), _prompts);
        return Decoder.Decode(_visual, options);
    }

    /// <summary>A row alone.</summary>
    public IReadOnlyList<DecodedSequence> Decode(int place)
    {
        var options = Options.Clone();
        (options.StartTokenId, options.PromptIds) = (StartOf(place), _prompts?[place]);
        using var row = _visual.narrow(0, place, 1);
        return Decoder.Decode(row, options)[0];
    }

    /// <summary>The model stays that of all cases.</summary>
    private Gpt2CaptionDecoder Decoder => new(_model.Decoder);

    private int StartOf(int place) => _starts is null ? Options.StartTokenId!.Value : _starts[_starts.Length == 1 ? 0 : place];

    private static DecodingOptions Settle(JsonElement arguments, VisionGenerationFiles files, int vocabularySize)
    {
        using var json = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(arguments.EnumerateObject().Where(argument => argument.Name != StartToken).ToDictionary(a => a.Name, a => a.Value)));
        var asked = GenerateOptions.ReadArguments(json.RootElement).Over(files.Options(vocabularySize));
        asked.MaxNewTokens = asked.MaxNewTokens is null && asked.MaxLength is null ? 20 : asked.MaxNewTokens;
        return asked.Over(new DecodingOptions { Beams = 1, EarlyStopping = EarlyStopping.Heuristic, AllowPaddedTokens = true, Trace = true });
    }

    private static (int[][]? Prompts, bool[] Filled) Prompts(JsonElement json, int rows)
    {
        if (!json.TryGetProperty("decoder_input_ids", out var ids))
        {
            return (null, new bool[rows]);
        }

        var (prompts, mask) = (Arguments.Lists(ids), json.TryGetProperty("decoder_attention_mask", out var given) ? Arguments.Lists(given) : null);
        return mask is null
            ? (prompts, new bool[rows])
            : ([.. prompts.Zip(mask, (prompt, real) => prompt.Where((_, i) => real[i] != 0).ToArray())], [.. mask.Select(real => real.Contains(0))]);
    }
}
