using System.Runtime.InteropServices;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Gpu;

/// <summary>NVML itself. Not thread-safe; any call may hang with the driver.</summary>
internal sealed unsafe class Nvml : INvml
{
    private const int TextLength = 96;
    private const int NotSupported = 3;
    private const int InsufficientSize = 7;

    private bool _initialized;

    public IReadOnlyList<GpuInfo> List() => Guard(() =>
    {
        var driver = ReadText("nvmlSystemGetDriverVersion", NativeMethods.GetDriverVersion);
        return (IReadOnlyList<GpuInfo>)[.. Devices().Select((device, index) => Describe(device, index, driver))];
    });

    public IReadOnlyList<GpuMemory> ReadMemory() => Guard(() =>
        (IReadOnlyList<GpuMemory>)[.. Devices().Select((device, index) => Measure(device, index))]);

    private static GpuMemory Measure(nint device, int index)
    {
        var memory = ReadMemory(device);
        return new GpuMemory(index, ReadUuid(device), (long)memory.Used, (long)(memory.Total - memory.Reserved), (long)memory.Free);
    }

    private static GpuInfo Describe(nint device, int index, string driver)
    {
        var memory = ReadMemory(device);
        var info = new GpuInfo
        {
            Index = index,
            Uuid = ReadUuid(device),
            Name = ReadText("nvmlDeviceGetName", (text, length) => NativeMethods.GetName(device, text, length)),
            TotalBytes = (long)memory.Total,
            UsedBytes = (long)memory.Used,
            ReservedBytes = (long)memory.Reserved,
            UtilizationPercent = ReadUtilization(device),
            DriverVersion = driver,
        };
        info.Processes.AddRange(ReadProcesses(device));
        return info;
    }

    private static NvmlMemory ReadMemory(nint device)
    {
        var memory = NvmlMemory.Create();
        Check("nvmlDeviceGetMemoryInfo_v2", NativeMethods.GetMemory(device, ref memory));
        return memory;
    }

    private static string ReadUuid(nint device) => ReadText("nvmlDeviceGetUUID", (text, length) => NativeMethods.GetUuid(device, text, length));

    private static int ReadUtilization(nint device)
    {
        var result = NativeMethods.GetUtilization(device, out var utilization);
        if (result == NotSupported)
        {
            return 0;
        }

        Check("nvmlDeviceGetUtilizationRates", result);
        return (int)utilization.Gpu;
    }

    private static List<GpuProcess> ReadProcesses(nint device)
    {
        // The list may grow between two calls; twice the room is asked for until it fits.
        for (var room = 64u; ; room *= 2)
        {
            var processes = new NvmlProcess[room];
            var count = room;
            int result;
            fixed (NvmlProcess* first = processes)
            {
                result = NativeMethods.GetComputeProcesses(device, ref count, first);
            }

            if (result == InsufficientSize)
            {
                continue;
            }

            Check("nvmlDeviceGetComputeRunningProcesses_v3", result);
            return [.. processes.Take((int)count).Select(process => new GpuProcess
            {
                Pid = (int)process.Pid,
                UsedBytes = process.UsedMemory == NvmlProcess.NotAvailable ? 0 : (long)process.UsedMemory,
            })];
        }
    }

    private static string ReadText(string function, TextFunction read)
    {
        var text = stackalloc byte[TextLength];
        Check(function, read(text, TextLength));
        return Marshal.PtrToStringUTF8((nint)text) ?? "";
    }

    private static void Check(string function, int result)
    {
        if (result != 0)
        {
            throw new GpuUnavailableException($"{function} failed: {Marshal.PtrToStringUTF8((nint)NativeMethods.ErrorString(result))} ({result})");
        }
    }

    private static List<nint> Devices()
    {
        Check("nvmlDeviceGetCount_v2", NativeMethods.GetDeviceCount(out var count));
        var devices = new List<nint>();
        for (var index = 0u; index < count; index++)
        {
            Check("nvmlDeviceGetHandleByIndex_v2", NativeMethods.GetDevice(index, out var device));
            devices.Add(device);
        }

        return devices;
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            if (!_initialized)
            {
                Check("nvmlInit_v2", NativeMethods.Initialize());
                _initialized = true;
            }

            return read();
        }
        catch (DllNotFoundException)
        {
            throw new GpuUnavailableException("NVML is not installed: there is no libnvidia-ml.so.1, which comes with the NVIDIA driver", isAbsent: true);
        }
        catch (EntryPointNotFoundException exception)
        {
            throw new GpuUnavailableException($"the NVIDIA driver is too old: {exception.Message}");
        }
    }

    private delegate int TextFunction(byte* text, uint length);
}
