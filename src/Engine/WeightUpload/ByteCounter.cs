namespace LmDeploy.Engine.WeightUpload;

/// <summary>Adds up the bytes that are in place, and tells the sum each time it grows. Thread-safe: it tells one sum after the other.</summary>
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
