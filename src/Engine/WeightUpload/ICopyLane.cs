namespace LmDeploy.Engine.WeightUpload;

/// <summary>
/// A copy lane to a device with alternating buffers: one is filled while others are sent. Only the thread that opened it may use it; that thread
/// disposes it.
/// </summary>
internal interface ICopyLane : IDisposable
{
    IReadOnlyList<ICopyBuffer> Buffers { get; }
}
