namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The ways in which METEOR finds that words of two captions match.</summary>
[Flags]
public enum MeteorMatchers
{
    /// <summary>No way.</summary>
    None = 0,

    /// <summary>Equal words.</summary>
    Exact = 1,

    /// <summary>Words with equal stems.</summary>
    Stem = 2,

    /// <summary>Words that share a synset of WordNet. Needs METEOR's data.</summary>
    Synonym = 4,

    /// <summary>Phrases that a table lists as paraphrases. Needs METEOR's data.</summary>
    Paraphrase = 8,
}
