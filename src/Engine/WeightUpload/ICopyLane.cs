namespace LmDeploy.Engine.WeightUpload;

/// <summary>
/// A way to the memory of a device, with buffers to take turns: one is filled while others are sent. The thread that opened it alone may use it, and disposes
/// it.
/// </summary>
internal interface ICopyLane : IDisposable
{
    IReadOnlyList<ICopyBuffer> Buffers { get; }
}
