using LmDeploy.Models.Checkpoints;


namespace LmDeploy.Engine.WeightUpload;

/// <summary>Bytes of a file that go to memory of a device, few enough for one buffer.</summary>
/// <param name="Offset">Where they begin in the file.</param>
/// <param name="Address">Where they go.</param>
internal readonly record struct CopyPiece(SafetensorsFile File, long Offset, nint Address, int Bytes)
{
    /// <summary>The buffer size. Larger buffers take longer to pin than they gain in speed.</summary>
    public const int MostBytes = 2 << 20;

    /// <summary>Whether the piece overlaps a range of device memory.</summary>
    public bool Overlaps(nint address, long bytes) => Address < address + bytes && address < Address + Bytes;
}
