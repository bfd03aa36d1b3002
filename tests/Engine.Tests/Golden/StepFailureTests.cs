using LmDeploy.Engine.Scheduling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

public sealed class StepFailureTests
{
    [Theory]
    [InlineData("CUDA error: an illegal memory access was encountered", true)]
    [InlineData("CUDA error: device-side assert triggered\nCUDA kernel errors might be asynchronously reported", true)]
    [InlineData("CUDA error: uncorrectable ECC error encountered", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx(...)`", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", false)]
    [InlineData("CUDA error: invalid argument", false)]
    [InlineData("CUDA error: out of memory", false)]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB", false)]
    [InlineData("The size of tensor a (3) must match the size of tensor b (4)", false)]
    public void IsBeyondRepair_OnlyWhatLosesTheContext(string message, bool expected) =>
        StepFailure.IsBeyondRepair(new InvalidOperationException(message)).ShouldBe(expected);

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.")]
    public void AsException_NamesMissingMemory(string message) =>
        StepFailure.AsException(new InvalidOperationException(message)).ShouldBeOfType<EngineException>().Code.ShouldBe(ErrorCodes.OutOfMemory);
}
