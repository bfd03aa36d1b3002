using LmDeploy.Engine.Cache;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Shares the prefill of a common prompt prefix, also between sequences that were admitted together. The first sequence prefills; the others wait for it, share
/// its full blocks and get a copy of the block in which the prefix ends. Not thread-safe: the engine's thread owns it.
/// </summary>
/// <remarks>A sequence only waits for one that was admitted earlier, so two never wait for each other.</remarks>
/// <param name="copy">Copies the first slots of a block of the cache, so many of them, to another block: from, to, slots.</param>
internal sealed class CommonBeginnings(BlockPool pool, PrefixCache prefixes, int blockSize, Action<int, int, int> copy)
{
    /// <summary>Adds the cached prefix to a sequence that has computed nothing yet.</summary>
    public void TakeKnown(Sequence sequence) => sequence.SkipTo(prefixes.Reuse(sequence.Blocks, sequence.Tokens, sequence.MostReusable));

    /// <summary>
    /// Lets a sequence wait for one ahead of it: for shared full blocks, and for the block in which its prompt ends when that is computed as well.
    /// </summary>
    public void Follow(Sequence sequence, IEnumerable<Sequence> ahead) => Follow(sequence, ahead, withLastBlock: true);

    /// <summary>Whether a sequence waits in this step. When it stops waiting, it has taken over the shared blocks.</summary>
    /// <param name="running">All sequences, in the order in which they were admitted.</param>
    public bool IsWaiting(Sequence sequence, IReadOnlyList<Sequence> running)
    {
        while (sequence.Lead is { } lead)
        {
            if (lead.IsLost || !running.Contains(lead.Sequence))
            {
                // The block to be copied is gone. Let all waiting sequences compute it at once, which is faster than one after the other.
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
