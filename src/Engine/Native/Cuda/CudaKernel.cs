namespace LmDeploy.Engine.Native.Cuda;

/// <summary>One kernel of a <see cref="CudaModule"/>, and good as long as that.</summary>
/// <param name="beginsEarly">Whether it may begin before what is enqueued before it has ended, because it waits by itself (compute capability 9.0 and
/// up).</param>
/// <param name="sharedBytes">Shared memory of each block, beside what the kernel declares.</param>
internal sealed unsafe class CudaKernel(nint function, string name, bool beginsEarly, int sharedBytes)
{
    private const int MostArguments = 24;

    /// <param name="arguments">In the order of the kernel's parameters.</param>
    public void Launch(CudaStream stream, (int X, int Y, int Z) grid, int threads, params ReadOnlySpan<KernelArgument> arguments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arguments.Length, MostArguments);
        var pointers = stackalloc void*[MostArguments];
        var early = LaunchAttribute.BeginsEarly;
        var configuration = new LaunchConfiguration
        {
            GridX = (uint)grid.X,
            GridY = (uint)grid.Y,
            GridZ = (uint)grid.Z,
            BlockX = (uint)threads,
            BlockY = 1,
            BlockZ = 1,
            SharedBytes = (uint)sharedBytes,
            Stream = stream.Handle,
            Attributes = &early,
            AttributeCount = beginsEarly ? 1u : 0,
        };
        fixed (KernelArgument* first = arguments)
        {
            for (var i = 0; i < arguments.Length; i++)
            {
                pointers[i] = first + i;
            }

            var result = CudaDriver.LaunchKernel(&configuration, function, pointers, null);
            if (result != 0)
            {
                CudaDriver.Check(result, $"cuLaunchKernelEx of {name}");
            }
        }
    }
}
