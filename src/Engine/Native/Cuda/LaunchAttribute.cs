using System.Runtime.InteropServices;

namespace LmDeploy.Engine.Native.Cuda;

/// <summary><c>CUlaunchAttribute</c> of cuda.h: a number that says which, and a value of up to 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct LaunchAttribute
{
    private const int ProgrammaticStreamSerialization = 6;

    [FieldOffset(0)]
    private int _id;

    [FieldOffset(8)]
    private int _value;

    /// <summary>Lets a kernel begin before the one before it has ended; it waits by itself before it reads what that one writes.</summary>
    public static LaunchAttribute BeginsEarly => new() { _id = ProgrammaticStreamSerialization, _value = 1 };
}
