namespace ClipGpt2.Captioning.Evaluation;

/// <summary>How <see cref="BertScoreMetric"/> computes.</summary>
/// <remarks>The options are read once, when the metric is loaded.</remarks>
public sealed class BertScoreOptions
{
    /// <summary>The layer whose vectors are compared: 0 for the embeddings, otherwise the number of blocks (<c>num_layers</c>).</summary>
    /// <value>Null: bert_score's choice for models of the shapes of roberta-base (10), roberta-large (17), bert-base (9) and bert-large (18).</value>
    public int? Layer { get; set; }

    /// <summary>Whether rare tokens weigh more, by their inverse document frequency.</summary>
    /// <value>False.</value>
    public bool Idf { get; set; }

    /// <summary>The sentences whose tokens are counted for <see cref="Idf"/>.</summary>
    /// <value>Null: all references of the corpus that is scored, repetitions included.</value>
    public IReadOnlyList<string>? IdfSentences { get; set; }

    /// <summary>A baseline file, by which scores are rescaled: a line <c>LAYER,P,R,F</c>, then one line for each layer from 0.</summary>
    /// <value>Null: scores aren't rescaled.</value>
    public string? BaselinePath { get; set; }

    /// <summary>Whether RoBERTa's tokenizer puts a space before each sentence, as bert_score does without <c>use_fast_tokenizer</c>.</summary>
    /// <value>True. BERT's tokenizer knows no such space.</value>
    public bool PrefixSpace { get; set; } = true;

    /// <summary>How many sentences go through the model together.</summary>
    /// <value>64.</value>
    public int BatchSize { get; set; } = 64;

    /// <summary>Checks all values and names all that are wrong.</summary>
    internal void Validate()
    {
        List<string> wrong = [];
        if (Layer < 0)
        {
            wrong.Add($"{nameof(Layer)} is {Layer}; give 0 or more");
        }

        if (BatchSize is < 1 or > 4096)
        {
            wrong.Add($"{nameof(BatchSize)} is {BatchSize}; give 1 to 4096");
        }

        if (IdfSentences is not null && !Idf)
        {
            wrong.Add($"{nameof(IdfSentences)} are given without {nameof(Idf)}");
        }

        if (IdfSentences is { Count: 0 } || IdfSentences?.Contains(null!) == true)
        {
            wrong.Add($"{nameof(IdfSentences)} is empty or holds null");
        }

        if (wrong.Count > 0)
        {
            throw new CaptioningException($"{nameof(BertScoreOptions)}: {string.Join("; ", wrong)}.");
        }
    }
}
