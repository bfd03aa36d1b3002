using LmDeploy.Engine.WeightUpload;

namespace LmDeploy.Engine.Tests.WeightUpload;

/// <summary>Two buffers of a <see cref="HostCopyDevice"/>.</summary>
internal sealed class HostCopyLane(HostCopyDevice device, Action closed) : ICopyLane
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public IReadOnlyList<ICopyBuffer> Buffers { get; } = [new HostCopyBuffer(device), new HostCopyBuffer(device)];

    public void Dispose()
    {
        Environment.CurrentManagedThreadId.ShouldBe(_thread);
        closed();
    }
}
