using System.Runtime.InteropServices;
using LmDeploy.Engine.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Engine.Native.Cuda;

/// <summary>The value of a kernel's parameter: a pointer, an int or a float.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal readonly struct KernelArgument
{
    [FieldOffset(0)]
    private readonly nint _pointer;

    [FieldOffset(0)]
    private readonly int _integer;

    [FieldOffset(0)]
    private readonly float _real;

    private KernelArgument(nint pointer) => _pointer = pointer;

    private KernelArgument(int integer) => _integer = integer;

    private KernelArgument(float real) => _real = real;

    public static implicit operator KernelArgument(nint pointer) => new(pointer);

    public static implicit operator KernelArgument(int integer) => new(integer);

    public static implicit operator KernelArgument(float real) => new(real);

    public static implicit operator KernelArgument(bool flag) => new(flag ? 1 : 0);

    /// <summary>The address of a tensor's data; null for none.</summary>
    public static implicit operator KernelArgument(torch.Tensor? tensor) => new(tensor is null ? 0 : TorchShim.DataPointer(tensor));
}
