using LmDeploy.Models.Checkpoints;


namespace LmDeploy.Engine.WeightUpload;

/// <summary>Bytes of a file that go to memory of a device, few enough for one buffer.</summary>
/// <param name="Offset">Where they begin in the file.</param>
/// <param name="Address">Where they go.</param>
internal readonly record struct CopyPiece(SafetensorsFile File, long Offset, nint Address, int Bytes)
{
    /// <summary>Memory is pinned buffer by buffer before anything moves; of larger ones that takes longer than what they are quicker.</summary>
    public const int MostBytes = 2 << 20;

    /// <summary>Whether any of it goes there.</summary>
    public bool Overlaps(nint address, long bytes) => Address < address + bytes && address < Address + Bytes;
}
