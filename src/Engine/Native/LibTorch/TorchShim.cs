using System.Runtime.InteropServices;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>
/// libtorch's own C interface, for what TorchSharp has no call for. A handle of TorchSharp is an <c>at::Tensor*</c>, which is what it takes.
/// Headers: <c>torch/csrc/inductor/aoti_torch/c/shim.h</c> and <c>generated/c_shim_cuda.h</c>.
/// </summary>
internal static unsafe class TorchShim
{
    private const string GetDataPointerName = "aoti_torch_get_data_ptr";
    private const string MmOutName = "aoti_torch_cuda_mm_out";
    private const string CreateStreamGuardName = "aoti_torch_create_cuda_stream_guard";
    private const string DeleteStreamGuardName = "aoti_torch_delete_cuda_stream_guard";
    private const string AbiVersionName = "aoti_torch_abi_version";
    private const string DeleteTensorName = "aoti_torch_delete_tensor_object";
    private const string FlashForwardName = "aoti_torch_cuda__flash_attention_forward";

    // Loaded already by its path, so that its name finds it; the symbols of libtorch_cpu resolve through it too.
    private static readonly nint Library = NativeLibrary.Load(torch.cuda.is_available() ? "libtorch_cuda.so" : "libtorch_cpu.so");

    private static readonly delegate* unmanaged<nint, nint*, int> GetDataPointer = (delegate* unmanaged<nint, nint*, int>)Export(GetDataPointerName);
    private static readonly delegate* unmanaged<nint, nint, nint, int> MmOut = (delegate* unmanaged<nint, nint, nint, int>)Export(MmOutName);
    private static readonly delegate* unmanaged<nint, int, nint*, int> CreateStreamGuard =
        (delegate* unmanaged<nint, int, nint*, int>)Export(CreateStreamGuardName);
    private static readonly delegate* unmanaged<nint, int> DeleteStreamGuard = (delegate* unmanaged<nint, int>)Export(DeleteStreamGuardName);

    private static readonly delegate* unmanaged<ulong> AbiVersion = (delegate* unmanaged<ulong>)Export(AbiVersionName);
    private static readonly delegate* unmanaged<nint, int> DeleteTensor = (delegate* unmanaged<nint, int>)Export(DeleteTensorName);
    private static readonly delegate* unmanaged<
        nint, nint, nint, nint*, nint*, long, long, double, int, int, double*, long*, long*, nint*, nint*, nint*, nint*, nint*, nint*, nint*, int>
        FlashForward = (delegate* unmanaged<
            nint, nint, nint, nint*, nint*, long, long, double, int, int, double*, long*, long*, nint*, nint*, nint*, nint*, nint*, nint*, nint*, int>)
            Export(FlashForwardName);

    /// <summary>Every function of libtorch's C interface that is called here. No version promises them: each is looked up before it is called.</summary>
    public static IReadOnlyList<string> Exports { get; } =
        [GetDataPointerName, MmOutName, CreateStreamGuardName, DeleteStreamGuardName, AbiVersionName, DeleteTensorName, FlashForwardName];

    /// <summary>The first function that our kernels cannot do without and that this libtorch does not export; null when all are there.</summary>
    public static string? MissingForKernels =>
        ((string[])[GetDataPointerName, MmOutName, CreateStreamGuardName, DeleteStreamGuardName]).FirstOrDefault(name => Export(name) == 0);

    /// <summary>The version of the libtorch that is loaded, for example 2.11.0; empty where it does not say.</summary>
    public static string Version =>
        AbiVersion != null && AbiVersion() is var version ? $"{version >> 56}.{(version >> 48) & 0xff}.{(version >> 40) & 0xff}" : "";

    /// <summary>Where a tensor's data begin. Good as long as the tensor.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>: this libtorch has no such function.</exception>
    public static nint DataPointer(torch.Tensor tensor)
    {
        Require(GetDataPointer, GetDataPointerName);
        nint pointer;
        Check(GetDataPointer(tensor.Handle, &pointer), GetDataPointerName);
        GC.KeepAlive(tensor);
        return pointer;
    }

    /// <summary>result = left x right, on CUDA and without allocating.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>: this libtorch has no such function.</exception>
    public static void Product(torch.Tensor result, torch.Tensor left, torch.Tensor right)
    {
        Require(MmOut, MmOutName);
        Check(MmOut(result.Handle, left.Handle, right.Handle), MmOutName);
        GC.KeepAlive(result);
        GC.KeepAlive(left);
        GC.KeepAlive(right);
    }

    /// <summary>Whether <see cref="FlashAttention"/> is there, and takes what it is given here: libtorch 2.10 and 2.11.</summary>
    public static bool HasFlashAttention => FlashForward != null && DeleteTensor != null && AbiVersion != null && (AbiVersion() >> 48) is 0x020a or 0x020b;

    /// <summary>Causal attention whose last query sees the last key; scores are divided by the root of the head size. 16-bit types on CUDA alone.</summary>
    /// <param name="queries">[1, queries, heads, head size], with the head's elements side by side.</param>
    /// <param name="keys">[1, keys, key-value heads, head size]</param>
    /// <param name="window">How many of the latest positions are seen; null for all.</param>
    /// <returns>As the queries.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>: this libtorch has no such function.</exception>
    public static torch.Tensor FlashAttention(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, int? window)
    {
        Require(FlashForward, FlashForwardName);
        Require(DeleteTensor, DeleteTensorName);
        var results = stackalloc nint[5];
        long left = (window ?? 0) - 1, right = 0;
        Check(
            FlashForward(
                queries.Handle, keys.Handle, values.Handle, null, null, queries.shape[1], keys.shape[1], 0, 1, 0, null,
                window is null ? null : &left, window is null ? null : &right, null, null, results, results + 1, results + 2, results + 3, results + 4),
            FlashForwardName);
        for (var i = 1; i < 5; i++)
        {
            if (results[i] != 0)
            {
                Check(DeleteTensor(results[i]), DeleteTensorName);
            }
        }

        GC.KeepAlive(queries);
        GC.KeepAlive(keys);
        GC.KeepAlive(values);
        return torch.Tensor.UnsafeCreateTensor(results[0]);
    }

    /// <summary>Makes a stream the current one of this thread.</summary>
    /// <returns>For <see cref="LeaveStream"/>.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>: this libtorch has no such function.</exception>
    public static nint EnterStream(nint stream, int device)
    {
        Require(CreateStreamGuard, CreateStreamGuardName);
        nint guard;
        Check(CreateStreamGuard(stream, device, &guard), CreateStreamGuardName);
        return guard;
    }

    /// <summary>Makes the stream of before the current one again.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>: this libtorch has no such function.</exception>
    public static void LeaveStream(nint guard)
    {
        Require(DeleteStreamGuard, DeleteStreamGuardName);
        Check(DeleteStreamGuard(guard), DeleteStreamGuardName);
    }

    private static nint Export(string name) => NativeLibrary.TryGetExport(Library, name, out var address) ? address : 0;

    private static void Require(void* function, string name)
    {
        if (function == null)
        {
            throw new EngineException(
                ErrorCodes.NativeLibrary, $"This libtorch ({Version}) does not export {name}, which the engine calls; libtorch 2.10 and 2.11 do.");
        }
    }

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"{call} failed with {result}; libtorch has written why to the standard error.");
        }
    }
}
