namespace LmDeploy.Supervisor.Http.Bodies;

/// <summary>
/// The lease of one body on the <see cref="BodyBudget"/>. Disposing releases it, which is idempotent and thread-safe; the other members are not.
/// </summary>
internal sealed class BodyLease(BodyBudget budget) : IDisposable
{
    private long _bytes;
    private bool _isLarge;
    private int _isDisposed;

    /// <summary>Makes sure of room for this many bytes.</summary>
    /// <param name="length">Of the body, or of what has come of it so far.</param>
    /// <param name="isAnnounced">Whether that is all there will be.</param>
    /// <exception cref="Errors.ApiException">There is none now.</exception>
    public void GrowTo(long length, bool isAnnounced = true)
    {
        var needed = budget.Weigh(length, isAnnounced);
        if (needed <= _bytes)
        {
            return;
        }

        var isLarge = needed > BodyBudget.SmallBody;
        if (isLarge != _isLarge)
        {
            budget.Take(needed, isLarge);
            budget.Return(_bytes, _isLarge);
        }
        else
        {
            budget.Take(needed - _bytes, isLarge);
        }

        (_bytes, _isLarge) = (needed, isLarge);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            budget.Return(_bytes, _isLarge);
        }
    }
}
