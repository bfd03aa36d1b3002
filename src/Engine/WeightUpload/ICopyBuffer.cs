namespace LmDeploy.Engine.WeightUpload;

/// <summary>Memory of the host that is sent to a device.</summary>
internal interface ICopyBuffer
{
    /// <summary>Not to be written while it is sent.</summary>
    Span<byte> Span { get; }

    /// <summary>Begins to send the first bytes.</summary>
    void Send(nint address, int bytes);

    /// <summary>Waits until what was sent last is there.</summary>
    void Await();
}
