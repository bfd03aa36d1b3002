namespace LmDeploy.Engine.Native.Cuda;

/// <summary>Compiled kernels in the current context.</summary>
internal sealed unsafe class CudaModule : IDisposable
{
    private const int MaxDynamicSharedSizeBytes = 8;

    private readonly nint _module;

    /// <param name="image">A cubin for the current device.</param>
    public CudaModule(ReadOnlySpan<byte> image)
    {
        fixed (byte* first = image)
        {
            CudaDriver.Check(CudaDriver.ModuleLoadData(out _module, first), "cuModuleLoadData");
        }
    }

    /// <param name="beginsEarly"><inheritdoc cref="CudaKernel" path="/param[@name='beginsEarly']"/></param>
    /// <param name="sharedBytes"><inheritdoc cref="CudaKernel" path="/param[@name='sharedBytes']"/></param>
    public CudaKernel Kernel(string name, bool beginsEarly, int sharedBytes = 0)
    {
        CudaDriver.Check(CudaDriver.ModuleGetFunction(out var function, _module, name), $"cuModuleGetFunction for {name}");
        if (sharedBytes > 0)
        {
            CudaDriver.Check(CudaDriver.FunctionSetAttribute(function, MaxDynamicSharedSizeBytes, sharedBytes), $"cuFuncSetAttribute for {name}");
        }

        return new CudaKernel(function, name, beginsEarly, sharedBytes);
    }

    public void Dispose() => _ = CudaDriver.ModuleUnload(_module);
}
