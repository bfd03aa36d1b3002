namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads what follows the word that begins a call, a character at a time, so that a call that never ends costs no more than its length. Not thread-safe.
/// </summary>
internal abstract class CallReader
{
    /// <summary>What was read, once the progress says that it has ended; at least one call.</summary>
    public IReadOnlyList<FunctionCall> Calls { get; protected set; } = [];

    /// <summary>Takes the next character. Nothing may follow once it is not <see cref="CallProgress.Open"/> any more.</summary>
    public abstract CallProgress Take(char character);

    /// <summary>Takes the end of the answer.</summary>
    /// <returns><see cref="CallProgress.Ended"/> or <see cref="CallProgress.Failed"/>.</returns>
    public abstract CallProgress Finish();
}
