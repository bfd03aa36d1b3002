namespace LmDeploy.Worker.Native.Cuda;

/// <summary>Compiled kernels in the current context.</summary>
internal sealed unsafe class CudaModule : IDisposable
{
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
    public CudaKernel Kernel(string name, bool beginsEarly)
    {
        CudaDriver.Check(CudaDriver.ModuleGetFunction(out var function, _module, name), $"cuModuleGetFunction for {name}");
        return new CudaKernel(function, name, beginsEarly);
    }

    public void Dispose() => _ = CudaDriver.ModuleUnload(_module);
}
