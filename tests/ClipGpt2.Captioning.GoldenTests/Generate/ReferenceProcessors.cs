using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Processors;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>The library's processors under the names of the reference's classes.</summary>
internal static class ReferenceProcessors
{
    public static ILogitsProcessor Create(string name, JsonElement parameters)
    {
        var arguments = new Arguments(parameters);
        var processor = Create(name, arguments);
        arguments.AssertAllTaken();
        return processor;
    }

    public static string NameOf(ILogitsProcessor processor, bool lengthIsOfNewTokens) => processor switch
    {
        SequenceBiases { IsBan: true } => "NoBadWordsLogitsProcessor",
        SequenceBiases => "SequenceBiasLogitsProcessor",
        HammingDiversity => "HammingDiversityLogitsProcessor",
        RepetitionPenalty => "RepetitionPenaltyLogitsProcessor",
        NoRepeatNgram => "NoRepeatNGramLogitsProcessor",
        MinLength => lengthIsOfNewTokens ? "MinNewTokensLengthLogitsProcessor" : "MinLengthLogitsProcessor",
        ForcedToken { IsFirst: true } => "ForcedBOSTokenLogitsProcessor",
        ForcedToken => "ForcedEOSTokenLogitsProcessor",
        RemoveInvalidValues => "InfNanRemoveLogitsProcessor",
        ExponentialDecay => "ExponentialDecayLengthPenalty",
        SuppressedTokens { IsAtBegin: true } => "SuppressTokensAtBeginLogitsProcessor",
        SuppressedTokens => "SuppressTokensLogitsProcessor",
        Temperature => "TemperatureLogitsWarper",
        TopK => "TopKLogitsWarper",
        TopP => "TopPLogitsWarper",
        MinP => "MinPLogitsWarper",
        TypicalP => "TypicalLogitsWarper",
        ProbabilityCutoff { IsAdaptive: true } => "EtaLogitsWarper",
        ProbabilityCutoff => "EpsilonLogitsWarper",
        Renormalization => "LogitNormalization",
        _ => throw new XunitException($"{processor.GetType().Name} has no name in the reference."),
    };

    private static ILogitsProcessor Create(string name, Arguments a) => name switch
    {
        "TemperatureLogitsWarper" => new Temperature(a.Number("temperature")),
        "TopKLogitsWarper" => new TopK(a.Integer("top_k"), a.Integer("min_tokens_to_keep")),
        "TopPLogitsWarper" => new TopP(a.Number("top_p"), a.Integer("min_tokens_to_keep")),
        "MinPLogitsWarper" => new MinP(a.Number("min_p"), a.Integer("min_tokens_to_keep")),
        "TypicalLogitsWarper" => new TypicalP(a.Number("typical_p"), a.Integer("min_tokens_to_keep")),
        "EpsilonLogitsWarper" => new ProbabilityCutoff(a.Number("epsilon"), a.Integer("min_tokens_to_keep")),
        "EtaLogitsWarper" => new ProbabilityCutoff(a.Number("epsilon"), a.Integer("min_tokens_to_keep"), adaptive: true),
        "RepetitionPenaltyLogitsProcessor" => new RepetitionPenalty(a.Number("penalty")),
        "NoRepeatNGramLogitsProcessor" => new NoRepeatNgram(a.Integer("ngram_size")),
        "MinLengthLogitsProcessor" => new MinLength(a.Integer("min_length"), a.Tokens("eos_token_id")),
        "MinNewTokensLengthLogitsProcessor" => new MinLength(a.Integer("prompt_length_to_skip") + a.Integer("min_new_tokens"), a.Tokens("eos_token_id")),
        "ForcedEOSTokenLogitsProcessor" => new ForcedToken(a.Integer("max_length") - 1, a.Integer("eos_token_id")),
        "ForcedBOSTokenLogitsProcessor" => new ForcedToken(1, a.Integer("bos_token_id")),
        "ExponentialDecayLengthPenalty" => Decay(GenerateOptions.Decay(a.Take("exponential_decay_length_penalty")), a),
        "NoBadWordsLogitsProcessor" => SequenceBiases.Forbidding(Arguments.Lists(a.Take("bad_words_ids")), a.Tokens("eos_token_id")),
        "SequenceBiasLogitsProcessor" => new SequenceBiases(GenerateOptions.Biases(a.Take("sequence_bias"))),
        "SuppressTokensLogitsProcessor" => new SuppressedTokens(a.Tokens("suppress_tokens")),
        "SuppressTokensAtBeginLogitsProcessor" => new SuppressedTokens(a.Tokens("begin_suppress_tokens"), a.Integer("begin_index")),
        "LogitNormalization" => new Renormalization(),
        "InfNanRemoveLogitsProcessor" => new RemoveInvalidValues(),
        "HammingDiversityLogitsProcessor" => Hamming(a),
        _ => throw new XunitException($"The test does not know the processor '{name}'."),
    };

    private static ExponentialDecay Decay(LengthDecay decay, Arguments a) =>
        new(decay with { Start = decay.Start + a.Integer("input_ids_seq_length") }, a.Tokens("eos_token_id"));

    private static HammingDiversity Hamming(Arguments a)
    {
        a.Take("num_beams");
        a.Take("num_beam_groups");
        return new(a.Number("diversity_penalty"));
    }
}
