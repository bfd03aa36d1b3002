using System.Collections.Concurrent;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Tests.Quantized;

namespace LmDeploy.Engine.Tests.WeightUpload;

/// <summary>Memory of the host in the place of a device's. Bytes arrive as late as they may: when they are waited for.</summary>
internal sealed class HostCopyDevice : ICopyDevice
{
    private int _openLanes;
    private int _lanes;

    /// <summary>What was sent, in that order.</summary>
    public ConcurrentQueue<(nint Address, int Bytes)> Sent { get; } = [];

    /// <summary>Called before bytes are sent there.</summary>
    public Action<nint> BeforeSending { get; init; } = _ => { };

    /// <summary>What opening a lane fails with; null for nothing.</summary>
    public Exception? Refusal { get; init; }

    public int OpenLanes => Volatile.Read(ref _openLanes);

    /// <summary>How many were opened.</summary>
    public int Lanes => Volatile.Read(ref _lanes);

    /// <summary>How often memory was waited for.</summary>
    public int MemoryWaits { get; private set; }

    public void AwaitMemory() => MemoryWaits++;

    public ICopyLane OpenLane()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }

        Interlocked.Increment(ref _lanes);
        Interlocked.Increment(ref _openLanes);
        return new HostCopyLane(this, () => Interlocked.Decrement(ref _openLanes));
    }
}
