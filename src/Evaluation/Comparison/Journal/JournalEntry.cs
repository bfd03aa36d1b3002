using System.Text.Json.Serialization;
using LmDeploy.Evaluation.Judging;

namespace LmDeploy.Evaluation.Comparison.Journal;

/// <summary>One line of a comparison's journal: one thing that was found out.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Begun), "begun")]
[JsonDerivedType(typeof(Loaded), "loaded")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(FirstTokens), "first_tokens")]
[JsonDerivedType(typeof(Scores), "scores")]
[JsonDerivedType(typeof(Closed), "closed")]
[JsonDerivedType(typeof(Verdict), "verdict")]
[JsonDerivedType(typeof(Memory), "memory")]
[JsonDerivedType(typeof(Machine), "host")]
internal abstract record JournalEntry
{
    /// <summary>The first line.</summary>
    public sealed record Begun(int Version, string Fingerprint, DateTimeOffset At) : JournalEntry;

    /// <summary>A model was loaded, the first time or again.</summary>
    public sealed record Loaded(string Model, ModelInfo Info, TimeSpan LoadTime) : JournalEntry;

    /// <summary>
    /// A question was answered; its times but <c>At</c> are its last turn's, and that is since the model began to answer after it was loaded.
    /// </summary>
    public sealed record Answer(
        string Model, string Item, IReadOnlyList<AnswerRecord> Answers, TimeSpan? FirstToken, TimeSpan Latency, TimeSpan At) : JournalEntry;

    public sealed record FirstTokens(string Model, IReadOnlyList<TimeSpan> Times) : JournalEntry;

    /// <summary>Some questions were scored together: one line, so that questions which are scored again are scored in the same company.</summary>
    public sealed record Scores(string Model, string Scorer, IReadOnlyDictionary<string, ItemScore> Items) : JournalEntry;

    public sealed record Closed(string Model, ReclaimReceipt Receipt, IReadOnlyList<WorkerFailure> Crashes) : JournalEntry;

    /// <summary>A judge has seen both orders of two models' answers to a question.</summary>
    public sealed record Verdict(string First, string Second, string Item, PairwiseVerdict Value) : JournalEntry;

    /// <summary>What the comparison goes on with on, each time that it is run.</summary>
    public sealed record Machine(ComparisonHost Host) : JournalEntry;

    /// <summary>What workers held, so long after the comparison was begun.</summary>
    public sealed record Memory(TimeSpan At, IReadOnlyDictionary<string, long> Held, long? DeviceBytes) : JournalEntry;
}
