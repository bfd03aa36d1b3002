namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Divides the work budget of token masks (guided decoding) among callers. A sequence whose mask is incomplete waits for a later step while others
/// continue.
/// </summary>
internal sealed class MaskBudget
{
    // In the units of EngineRequest.PrepareAllowed; some 10 ms.
    private const long WorkOfStep = 2_500_000;

    private readonly Dictionary<Sequence, long> _waitingSince = [];
    private long _step;

    /// <summary>Computes the token masks of guided sequences within the work budget of the step.</summary>
    /// <returns>The sequences whose mask is not complete yet.</returns>
    public IReadOnlyCollection<Sequence> Prepare(IReadOnlyCollection<Sequence> sequences)
    {
        _step++;
        var waiting = new HashSet<Sequence>();
        var callers = sequences.Where(sequence => sequence.Request.IsRestricted).GroupBy(sequence => sequence.Request.Origin.Caller).ToArray();
        foreach (var caller in callers)
        {
            var share = WorkOfStep / callers.Length;
            foreach (var sequence in caller.OrderBy(sequence => _waitingSince.GetValueOrDefault(sequence, _step)))
            {
                // Known masks take no work, so ask for them even when the share is used up.
                if (!sequence.Request.PrepareAllowed(ref share))
                {
                    waiting.Add(sequence);
                }
            }
        }

        foreach (var gone in _waitingSince.Keys.Where(sequence => !waiting.Contains(sequence)).ToArray())
        {
            _waitingSince.Remove(gone);
        }

        foreach (var sequence in waiting)
        {
            _waitingSince.TryAdd(sequence, _step);
        }

        return waiting;
    }
}
