namespace LmDeploy.Engine.Scheduling;

/// <summary>A sequence that others wait for, because it computes what they would.</summary>
/// <param name="Sequence">The one that is ahead.</param>
/// <param name="Tokens">How many tokens at the beginning are waited for.</param>
internal sealed record Lead(Sequence Sequence, int Tokens)
{
    /// <summary>The scheduler lets a prompt go on in every second step at least.</summary>
    private const int MostIdleSteps = 2;

    private readonly int _preemptions = Sequence.Preemptions;
    private int _seen = Sequence.Computed;
    private int _idleSteps;

    /// <summary>Whether it had to give up its room since: when it comes back it is no longer ahead.</summary>
    public bool IsLost => Sequence.Preemptions != _preemptions;

    public bool IsReached => Sequence.Computed >= Tokens;

    /// <summary>Whether to go on waiting for another step: not where the one ahead got no further for some time.</summary>
    public bool IsWorthAnotherStep()
    {
        // One that waits itself has a lead that goes on, or will be told that it has not.
        _idleSteps = Sequence.Computed > _seen || Sequence.Lead is not null ? 0 : _idleSteps + 1;
        _seen = Sequence.Computed;
        return _idleSteps <= MostIdleSteps;
    }
}
