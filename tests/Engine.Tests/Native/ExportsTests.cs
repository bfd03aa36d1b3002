using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.Native.Nvrtc;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Native;

/// <summary>Functions of libraries that are found by their names while the program runs.</summary>
[Collection(TorchTests.Name)]
public sealed class ExportsTests
{
    [Fact]
    public void TorchShim_CallsTheseAndNoOthers() => TorchShim.Exports.ShouldBe(
    [
        "aoti_torch_get_data_ptr",
        "aoti_torch_cuda_mm_out",
        "aoti_torch_create_cuda_stream_guard",
        "aoti_torch_delete_cuda_stream_guard",
        "aoti_torch_abi_version",
        "aoti_torch_delete_tensor_object",
        "aoti_torch_cuda__flash_attention_forward",
    ]);

    /// <summary>The names in the code against the list.</summary>
    [Theory]
    [InlineData(typeof(TorchShim), "aoti_")]
    [InlineData(typeof(NvrtcProgram), "nvrtc")]
    public void Exports_AreAllThatTheCodeNames(Type type, string prefix)
    {
        using var module = ModuleDefinition.ReadModule(type.Assembly.Location);
        var named = module.GetType(type.FullName).Methods.Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions).Select(instruction => instruction.Operand).OfType<string>()
            .Where(text => text.StartsWith(prefix, StringComparison.Ordinal)).Distinct();
        named.ShouldBe(type == typeof(TorchShim) ? TorchShim.Exports : NvrtcProgram.Exports, ignoreOrder: true);
    }

    /// <summary>A pointer that is null ends the process when it is called.</summary>
    [Fact]
    public void EveryCallByAPointer_ComesAfterALook()
    {
        using var module = ModuleDefinition.ReadModule(typeof(TorchShim).Assembly.Location);
        var calling = module.GetTypes().SelectMany(type => type.Methods)
            .Where(method => method.HasBody && method.Body.Instructions.Any(instruction => instruction.OpCode == OpCodes.Calli
                && instruction.Operand is CallSite { CallingConvention: not MethodCallingConvention.Default }))
            .ToList();
        calling.ShouldNotBeEmpty();
        calling.Where(method => !Looks(method)).Select(method => method.FullName).ShouldBeEmpty();
    }

    [Fact]
    public void Driver_IsAskedForEveryFunctionThatIsImported()
    {
        using var module = ModuleDefinition.ReadModule(typeof(CudaDriver).Assembly.Location);
        var imported = module
            .GetTypes()
            .SelectMany(type => type.Methods)
            .Where(method => method.PInvokeInfo?.Module.Name.StartsWith("libcuda.", StringComparison.Ordinal) == true);
        CudaDriver.Exports.ShouldBe(imported.Select(method => method.PInvokeInfo.EntryPoint).Distinct(), ignoreOrder: true);
        CudaDriver.Exports.ShouldContain("cuLaunchKernelEx");
        CudaDriver.Exports.ShouldContain("cuModuleGetFunction");
    }

    [Fact]
    public void WhatIsMissing_IsNamedBeforeItIsCalled()
    {
        if (torch.cuda.is_available())
        {
            return;
        }

        // libtorch for CPUs has tensors, and nothing of CUDA.
        using var tensor = torch.zeros(1);
        TorchShim.DataPointer(tensor).ShouldNotBe(0);
        TorchShim.HasFlashAttention.ShouldBeFalse();
        TorchShim.MissingForKernels.ShouldBe("aoti_torch_cuda_mm_out");
        foreach (var (call, name) in new (Action, string)[]
        {
            (() => TorchShim.Product(tensor, tensor, tensor), "aoti_torch_cuda_mm_out"),
            (() => TorchShim.EnterStream(0, 0), "aoti_torch_create_cuda_stream_guard"),
            (() => TorchShim.LeaveStream(0), "aoti_torch_delete_cuda_stream_guard"),
            (() => TorchShim.FlashAttention(tensor, tensor, tensor, null), "aoti_torch_cuda__flash_attention_forward"),
        })
        {
            var error = Should.Throw<EngineException>(call);
            error.Code.ShouldBe(ErrorCodes.NativeLibrary);
            error.Message.ShouldContain(name);
        }
    }

    [Fact]
    public void Host_WithoutALibrary_SaysWhich()
    {
        CudaSupport.WhyNot(maxBatchSize: 2000).ShouldBe("max_batch_size: 2000 sequences at once, but the kernels have room for 1024");
        if (!NativeLibrary.TryLoad("libcuda.so.1", out _))
        {
            CudaDriver.MissingExport.ShouldBe("libcuda.so.1");
        }

        if (NvrtcLibrary.Handle == 0)
        {
            CudaSupport.WhyNot().ShouldBe("NVRTC was not found");
            Should.Throw<InvalidOperationException>(NvrtcProgram.Version).Message.ShouldBe("NVRTC was not found.");
        }
    }

    private static bool Looks(MethodDefinition method) =>
        method.Name is "get_Version" or "get_HasFlashAttention" // They compare with null.
        || method.Body.Instructions.Any(instruction => instruction.Operand is MethodReference { Name: "Require" or "Export" });
}
