namespace LmDeploy;

/// <summary>The type a model computes in.</summary>
public enum EngineDtype
{
    /// <summary><see cref="Float32"/> on a CPU, the checkpoint's own on CUDA.</summary>
    Auto,

    /// <summary>32 bits.</summary>
#pragma warning disable CA1720 // It is what the type is called everywhere.
    Float32,
#pragma warning restore CA1720

    /// <summary>16 bits with the range of float32.</summary>
    BFloat16,

    /// <summary>IEEE half precision.</summary>
    Float16,
}
