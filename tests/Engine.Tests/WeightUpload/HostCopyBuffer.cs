using LmDeploy.Engine.WeightUpload;
using LmDeploy.Tests.Quantized;

namespace LmDeploy.Engine.Tests.WeightUpload;

/// <summary>A buffer of a <see cref="HostCopyDevice"/>.</summary>
internal sealed class HostCopyBuffer(HostCopyDevice device) : ICopyBuffer
{
    private readonly byte[] _bytes = new byte[CopyPiece.MostBytes];
    private (nint Address, int Bytes)? _sent;

    public Span<byte> Span => _sent is null ? _bytes : throw new InvalidOperationException("The buffer is being sent.");

    public void Send(nint address, int bytes)
    {
        device.BeforeSending(address);
        device.Sent.Enqueue((address, bytes));
        _sent = (address, bytes);
    }

    public unsafe void Await()
    {
        if (_sent is var (address, bytes))
        {
            _bytes.AsSpan(0, bytes).CopyTo(new Span<byte>((void*)address, bytes));
            _sent = null;
        }
    }
}
