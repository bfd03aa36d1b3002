namespace LmDeploy.Worker.Native.Cuda;

/// <summary>One kernel of a <see cref="CudaModule"/>, and good as long as that.</summary>
internal sealed unsafe class CudaKernel(nint function, string name)
{
    private const int MostArguments = 24;

    /// <param name="arguments">In the order of the kernel's parameters.</param>
    public void Launch(CudaStream stream, (int X, int Y, int Z) grid, int threads, params ReadOnlySpan<KernelArgument> arguments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arguments.Length, MostArguments);
        var pointers = stackalloc void*[MostArguments];
        fixed (KernelArgument* first = arguments)
        {
            for (var i = 0; i < arguments.Length; i++)
            {
                pointers[i] = first + i;
            }

            var result = CudaDriver.LaunchKernel(function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)threads, 1, 1, 0, stream.Handle, pointers, null);
            if (result != 0)
            {
                CudaDriver.Check(result, $"cuLaunchKernel of {name}");
            }
        }
    }
}
