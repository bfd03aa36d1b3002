using System.Runtime.InteropServices;
using TorchSharp;

namespace LmDeploy.Worker.Native.LibTorch;

/// <summary>
/// libtorch's own C interface, for what TorchSharp has no call for. A handle of TorchSharp is an <c>at::Tensor*</c>, which is what it takes.
/// Headers: <c>torch/csrc/inductor/aoti_torch/c/shim.h</c> and <c>generated/c_shim_cuda.h</c>.
/// </summary>
internal static unsafe class TorchShim
{
    // Loaded already by its path, so that its name finds it; the symbols of libtorch_cpu resolve through it too.
    private static readonly nint Library = NativeLibrary.Load(torch.cuda.is_available() ? "libtorch_cuda.so" : "libtorch_cpu.so");

    private static readonly delegate* unmanaged<nint, nint*, int> GetDataPointer = (delegate* unmanaged<nint, nint*, int>)Export("aoti_torch_get_data_ptr");
    private static readonly delegate* unmanaged<nint, nint, nint, int> MmOut = (delegate* unmanaged<nint, nint, nint, int>)Export("aoti_torch_cuda_mm_out");
    private static readonly delegate* unmanaged<nint, int, nint*, int> CreateStreamGuard = (delegate* unmanaged<nint, int, nint*, int>)Export("aoti_torch_create_cuda_stream_guard");
    private static readonly delegate* unmanaged<nint, int> DeleteStreamGuard = (delegate* unmanaged<nint, int>)Export("aoti_torch_delete_cuda_stream_guard");

    /// <summary>Where a tensor's data begin. Good as long as the tensor.</summary>
    public static nint DataPointer(torch.Tensor tensor)
    {
        nint pointer;
        Check(GetDataPointer(tensor.Handle, &pointer), "aoti_torch_get_data_ptr");
        GC.KeepAlive(tensor);
        return pointer;
    }

    /// <summary>result = left x right, on CUDA and without allocating.</summary>
    public static void Product(torch.Tensor result, torch.Tensor left, torch.Tensor right)
    {
        Check(MmOut(result.Handle, left.Handle, right.Handle), "aoti_torch_cuda_mm_out");
        GC.KeepAlive(result);
        GC.KeepAlive(left);
        GC.KeepAlive(right);
    }

    /// <summary>Makes a stream the current one of this thread.</summary>
    /// <returns>For <see cref="LeaveStream"/>.</returns>
    public static nint EnterStream(nint stream, int device)
    {
        nint guard;
        Check(CreateStreamGuard(stream, device, &guard), "aoti_torch_create_cuda_stream_guard");
        return guard;
    }

    /// <summary>Makes the stream of before the current one again.</summary>
    public static void LeaveStream(nint guard) => Check(DeleteStreamGuard(guard), "aoti_torch_delete_cuda_stream_guard");

    private static nint Export(string name) => NativeLibrary.TryGetExport(Library, name, out var address) ? address : 0;

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"{call} failed with {result}; libtorch has written why to the standard error.");
        }
    }
}
