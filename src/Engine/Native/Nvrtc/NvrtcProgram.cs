using System.Runtime.InteropServices;
using System.Text;

namespace LmDeploy.Engine.Native.Nvrtc;

/// <summary>Compiles CUDA C++ by NVRTC. Functions: NVIDIA's nvrtc.h; each returns an <c>nvrtcResult</c>, 0 is success.</summary>
internal static unsafe class NvrtcProgram
{
    /// <summary>Every function of the compiler that is called here.</summary>
    public static IReadOnlyList<string> Exports { get; } =
    [
        "nvrtcVersion", "nvrtcCreateProgram", "nvrtcCompileProgram", "nvrtcDestroyProgram", "nvrtcGetProgramLogSize", "nvrtcGetProgramLog",
        "nvrtcGetCUBINSize", "nvrtcGetCUBIN",
    ];

    /// <summary>The first of <see cref="Exports"/> that this host's compiler does not have, as old ones do; null when all are there.</summary>
    public static string? MissingExport => Exports.FirstOrDefault(name => !NativeLibrary.TryGetExport(NvrtcLibrary.Handle, name, out _));

    /// <summary>The compiler's version, for example 13.0.</summary>
    public static string Version()
    {
        int major, minor;
        Check(((delegate* unmanaged<int*, int*, int>)Export("nvrtcVersion"))(&major, &minor), "nvrtcVersion");
        return $"{major}.{minor}";
    }

    /// <returns>A cubin.</returns>
    /// <exception cref="InvalidOperationException">It does not compile; the message holds the compiler's.</exception>
    public static byte[] Compile(string source, IReadOnlyList<string> options)
    {
        nint program;
        var text = Marshal.StringToCoTaskMemUTF8(source);
        var arguments = options.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        try
        {
            Check(
                ((delegate* unmanaged<nint*, nint, nint, int, nint, nint, int>)Export("nvrtcCreateProgram"))(&program, text, 0, 0, 0, 0), "nvrtcCreateProgram");
            fixed (nint* first = arguments)
            {
                if (((delegate* unmanaged<nint, int, nint*, int>)Export("nvrtcCompileProgram"))(program, arguments.Length, first) != 0)
                {
                    throw new InvalidOperationException(
                        $"The kernels do not compile: {Encoding.UTF8.GetString(Read(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog")).TrimEnd('\0')}");
                }
            }

            return Read(program, "nvrtcGetCUBINSize", "nvrtcGetCUBIN");
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
            Array.ForEach(arguments, Marshal.FreeCoTaskMem);
            _ = ((delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram"))(&program);
        }
    }

    private static byte[] Read(nint program, string sizeCall, string call)
    {
        nuint size;
        Check(((delegate* unmanaged<nint, nuint*, int>)Export(sizeCall))(program, &size), sizeCall);
        var bytes = new byte[(int)size];
        fixed (byte* first = bytes)
        {
            Check(((delegate* unmanaged<nint, byte*, int>)Export(call))(program, first), call);
        }

        return bytes;
    }

    /// <exception cref="InvalidOperationException">There is no such function, or no compiler.</exception>
    private static nint Export(string name) => NvrtcLibrary.Handle != 0 && NativeLibrary.TryGetExport(NvrtcLibrary.Handle, name, out var address)
        ? address
        : throw new InvalidOperationException(NvrtcLibrary.Handle == 0 ? "NVRTC was not found." : $"NVRTC does not export {name}.");

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"{call} failed with {result}.");
        }
    }
}
