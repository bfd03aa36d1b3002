namespace LmDeploy.Engine.WeightUpload;

/// <summary>Counts loaded bytes and reports progress. Thread-safe; reports are serialized.</summary>
internal sealed class ByteCounter(Action<long> report)
{
    private readonly Lock _adding = new();
    private long _sum;

    public long Sum => Volatile.Read(ref _sum);

    public void Add(long bytes)
    {
        lock (_adding)
        {
            _sum += bytes;
            report(_sum);
        }
    }
}
