using LmDeploy.Engine.Cache;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Shares the prefill of a common prompt prefix, also between sequences that were admitted together. The first sequence prefills; the others wait for it, share
/// its full blocks and get a copy of the block in which the prefix ends. Not thread-safe: the engine's thread owns it.
/// </summary>
/// <remarks>Nobody waits for one that was admitted later, so that no two wait for each other.</remarks>
/// <param name="copy">Copies the first slots of a block of the cache, so many of them, to another block: from, to, slots.</param>
internal sealed class CommonBeginnings(BlockPool pool, PrefixCache prefixes, int blockSize, Action<int, int, int> copy)
{
    /// <summary>Gives a sequence that has computed nothing yet what the cache knows of its beginning.</summary>
    public void TakeKnown(Sequence sequence) => sequence.SkipTo(prefixes.Reuse(sequence.Blocks, sequence.Tokens, sequence.MostReusable));

    /// <summary>
    /// Has a sequence wait for one of those ahead of it: for full blocks, and for the block in which its prompt ends when all of it is computed there.
    /// </summary>
    public void Follow(Sequence sequence, IEnumerable<Sequence> ahead) => Follow(sequence, ahead, withLastBlock: true);

    /// <summary>Whether a sequence waits in this step. When it does not any more, it has taken what there was.</summary>
    /// <param name="running">All sequences, in the order in which they were admitted.</param>
    public bool IsWaiting(Sequence sequence, IReadOnlyList<Sequence> running)
    {
        while (sequence.Lead is { } lead)
        {
            if (lead.IsLost || !running.Contains(lead.Sequence))
            {
                // What it shares out as a copy is gone. To have the others compute that one after the other would take longer than at once.
                TakeKnown(sequence);
                Follow(sequence, running.TakeWhile(other => other != sequence), withLastBlock: false);
            }
            else if (lead.IsReached)
            {
                Take(sequence, lead);
            }
            else if (lead.IsWorthAnotherStep())
            {
                return true;
            }
            else
            {
                sequence.Lead = null;
            }
        }

        return false;
    }

    private void Follow(Sequence sequence, IEnumerable<Sequence> ahead, bool withLastBlock)
    {
        sequence.Lead = null;
        var most = sequence.MostReusable;
        var best = sequence.Computed;
        foreach (var other in prefixes.IsEnabled ? ahead.Where(other => other.Request.Origin.CacheRoot == sequence.Request.Origin.CacheRoot) : [])
        {
            var common = Math.Min(sequence.CommonWith(other), most);
            var worthWaiting = withLastBlock && common == most ? common : common / blockSize * blockSize;
            if (worthWaiting > best)
            {
                best = worthWaiting;
                sequence.Lead = new Lead(other, best);
            }
        }
    }

    private void Take(Sequence sequence, Lead lead)
    {
        sequence.Lead = null;
        TakeKnown(sequence);
        var (rest, index) = (lead.Tokens - sequence.Computed, sequence.Blocks.Count);
        if (rest > 0 && rest < blockSize && index >= lead.Sequence.Blocks.FirstHeld && pool.TryTake() is { } block)
        {
            copy(lead.Sequence.Blocks[index], block, rest);
            sequence.Blocks.Add(block);
            sequence.SkipTo(lead.Tokens);
        }
    }
}
