using System.Reflection;
using System.Runtime.InteropServices;

namespace LmDeploy.Engine.Native.Cuda;

/// <summary>The CUDA driver calls that libtorch's C# binding lacks. Each returns a <c>CUresult</c>; 0 is success. All need a current context.</summary>
internal static unsafe partial class CudaDriver
{
    private const string Library = "libcuda.so.1";

    /// <summary>Free memory of the current context's device, in bytes.</summary>
    /// <returns>Null when the driver does not say.</returns>
    public static long? FreeBytes() => MemGetInfo(out var free, out _) == 0 ? (long)free : null;

    /// <summary>The CUDA version that the driver supports, for example 13000 for 13.0; 0 when it does not say.</summary>
    public static int Version() => DriverGetVersion(out var version) == 0 ? version : 0;

    /// <summary>The first function called here that the driver does not export, as old ones do; null when all are there.</summary>
    public static string? MissingExport =>
        NativeLibrary.TryLoad(Library, out var handle) ? Exports.FirstOrDefault(name => !NativeLibrary.TryGetExport(handle, name, out _)) : Library;

    /// <summary>Every function of the driver that is called here.</summary>
    public static IReadOnlyList<string> Exports =>
    [
        .. typeof(CudaDriver).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<DllImportAttribute>()?.EntryPoint).OfType<string>().Distinct(),
    ];

    /// <summary>An attribute of the current context's device.</summary>
    public static int Attribute(DeviceAttribute attribute)
    {
        Check(ContextGetDevice(out var device), "cuCtxGetDevice");
        Check(DeviceGetAttribute(out var value, (int)attribute, device), "cuDeviceGetAttribute");
        return value;
    }

    /// <exception cref="CudaException">The call failed.</exception>
    public static void Check(int result, string call)
    {
        if (result != 0)
        {
            var text = GetErrorString(result, out var error) == 0 ? Marshal.PtrToStringUTF8(error) : "unknown error";
            throw new CudaException($"CUDA error: {text} ({call} returned {result})");
        }
    }

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    private static partial int DriverGetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuCtxGetDevice")]
    private static partial int ContextGetDevice(out int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    private static partial int DeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    public static partial int DeviceGet(out int device, int ordinal);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial int PrimaryContextRetain(out nint context, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial int PrimaryContextRelease(int device);

    [LibraryImport(Library, EntryPoint = "cuCtxSetCurrent")]
    public static partial int ContextSetCurrent(nint context);

    [LibraryImport(Library, EntryPoint = "cuGetErrorString")]
    private static partial int GetErrorString(int result, out nint text);

    [LibraryImport(Library, EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemGetInfo(out nuint free, out nuint total);

    [LibraryImport(Library, EntryPoint = "cuMemHostAlloc")]
    public static partial int HostAlloc(out nint pointer, nuint bytes, uint flags);

    [LibraryImport(Library, EntryPoint = "cuMemFreeHost")]
    public static partial int FreeHost(nint pointer);

    [LibraryImport(Library, EntryPoint = "cuMemcpyHtoDAsync_v2")]
    public static partial int CopyToDevice(nint device, nint host, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemcpyDtoHAsync_v2")]
    public static partial int CopyToHost(nint host, nint device, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "cuStreamCreate")]
    public static partial int StreamCreate(out nint stream, uint flags);

    [LibraryImport(Library, EntryPoint = "cuStreamDestroy_v2")]
    public static partial int StreamDestroy(nint stream);

    [LibraryImport(Library, EntryPoint = "cuStreamSynchronize")]
    public static partial int StreamSynchronize(nint stream);

    [LibraryImport(Library, EntryPoint = "cuEventCreate")]
    public static partial int EventCreate(out nint handle, uint flags);

    [LibraryImport(Library, EntryPoint = "cuEventRecord")]
    public static partial int EventRecord(nint handle, nint stream);

    [LibraryImport(Library, EntryPoint = "cuEventSynchronize")]
    public static partial int EventSynchronize(nint handle);

    [LibraryImport(Library, EntryPoint = "cuEventDestroy_v2")]
    public static partial int EventDestroy(nint handle);

    [LibraryImport(Library, EntryPoint = "cuStreamBeginCapture_v2")]
    public static partial int StreamBeginCapture(nint stream, int mode);

    [LibraryImport(Library, EntryPoint = "cuStreamEndCapture")]
    public static partial int StreamEndCapture(nint stream, out nint graph);

    [LibraryImport(Library, EntryPoint = "cuGraphInstantiateWithFlags")]
    public static partial int GraphInstantiate(out nint executable, nint graph, ulong flags);

    [LibraryImport(Library, EntryPoint = "cuGraphLaunch")]
    public static partial int GraphLaunch(nint executable, nint stream);

    [LibraryImport(Library, EntryPoint = "cuGraphExecDestroy")]
    public static partial int GraphExecDestroy(nint executable);

    [LibraryImport(Library, EntryPoint = "cuGraphDestroy")]
    public static partial int GraphDestroy(nint graph);

    [LibraryImport(Library, EntryPoint = "cuModuleLoadData")]
    public static partial int ModuleLoadData(out nint module, byte* image);

    [LibraryImport(Library, EntryPoint = "cuModuleUnload")]
    public static partial int ModuleUnload(nint module);

    [LibraryImport(Library, EntryPoint = "cuModuleGetFunction", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(Library, EntryPoint = "cuFuncSetAttribute")]
    public static partial int FunctionSetAttribute(nint function, int attribute, int value);

    [LibraryImport(Library, EntryPoint = "cuLaunchKernelEx")]
    public static partial int LaunchKernel(LaunchConfiguration* configuration, nint function, void** arguments, void** extra);
}
