namespace LmDeploy;

/// <summary>What a part of a model runs in.</summary>
public enum ComputeForm
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>CUDA kernels of LmDeploy.</summary>
    Kernels = 1,

    /// <summary>Operators of libtorch.</summary>
    Operators = 2,
}
