using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Receipts;

/// <summary>The last receipts of pipelines that have ended. Thread-safe.</summary>
internal sealed class ReceiptHistory(TimeProvider time)
{
    private const int MostKept = 100;

    private readonly Lock _gate = new();
    private readonly Queue<KeptReceipt> _receipts = new();

    private long _reclaimed;

    /// <summary>Bytes that all pipelines have given back, not only those whose receipts are kept.</summary>
    public long ReclaimedBytes => Interlocked.Read(ref _reclaimed);

    /// <summary>Newest last.</summary>
    public IReadOnlyList<KeptReceipt> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _receipts];
            }
        }
    }

    public void Add(WorkerSpec spec, ReclaimReceipt receipt)
    {
        Interlocked.Add(ref _reclaimed, receipt.ReclaimedBytes);
        lock (_gate)
        {
            _receipts.Enqueue(new KeptReceipt(spec.Id, spec.Name, time.GetUtcNow(), receipt));
            if (_receipts.Count > MostKept)
            {
                _receipts.Dequeue();
            }
        }
    }
}
