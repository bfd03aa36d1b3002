namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Shares out among callers the work that one step may spend on finding allowed tokens. Who gets no further waits for a later step, while others go on.
/// </summary>
internal sealed class MaskBudget
{
    // In the units of EngineRequest.PrepareAllowed; some 10 ms.
    private const long WorkOfStep = 2_500_000;

    private readonly Dictionary<Sequence, long> _waitingSince = [];
    private long _step;

    /// <summary>Finds out for the restricted ones of some sequences which tokens they may have next, as far as the step's work allows.</summary>
    /// <returns>Those for which it is not known yet.</returns>
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
                // What is known already takes no work: it is asked for when nothing is left of the share, too.
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
