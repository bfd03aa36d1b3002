namespace LmDeploy.Engine.Scheduling;

/// <summary>A sequence whose prefill others wait for, because they share its prefix.</summary>
/// <param name="Sequence">The one that is ahead.</param>
/// <param name="Tokens">The length of the shared prefix.</param>
internal sealed record Lead(Sequence Sequence, int Tokens)
{
    /// <summary>The scheduler lets a prompt go on in every second step at least.</summary>
    private const int MostIdleSteps = 2;

    private readonly int _preemptions = Sequence.Preemptions;
    private int _seen = Sequence.Computed;
    private int _idleSteps;

    /// <summary>Whether the leading sequence was evicted since; it is no longer ahead when it comes back.</summary>
    public bool IsLost => Sequence.Preemptions != _preemptions;

    public bool IsReached => Sequence.Computed >= Tokens;

    /// <summary>Whether to wait for another step. Ends when the leading sequence made no progress for some steps.</summary>
    public bool IsWorthAnotherStep()
    {
        // One that waits itself has a lead that goes on, or will be told that it has not.
        _idleSteps = Sequence.Computed > _seen || Sequence.Lead is not null ? 0 : _idleSteps + 1;
        _seen = Sequence.Computed;
        return _idleSteps <= MostIdleSteps;
    }
}
