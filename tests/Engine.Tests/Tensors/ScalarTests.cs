using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Tensors;

/// <summary>The worker hands libtorch no number that the garbage collector may free meanwhile; see <see cref="Number"/>.</summary>
public sealed class ScalarTests
{
    [Fact]
    public void Worker_CallsNothingThatMakesScalarsOfItsOwn() => Calls().Where(MakesScalars).Select(call => $"{call.DeclaringType}: {call}").ShouldBeEmpty();

    [Fact]
    public void Worker_AddsWithNumbersThatLast() => Calls().ShouldContain(call => call.Name == nameof(torch.Tensor.add) && call.GetParameters().Length == 2);

    private static bool MakesScalars(MethodBase call)
    {
        var parameters = call.GetParameters();
        return call switch
        {
            _ when call.DeclaringType == typeof(Scalar) => call.Name == "op_Implicit",
            _ when call.Name == nameof(torch.arange) => parameters.Count(parameter => parameter.ParameterType == typeof(Scalar)) < 3,
            _ when call.DeclaringType != typeof(torch.Tensor) => false,
            { Name: "op_Addition" } => true,
            { Name: nameof(torch.Tensor.add) or nameof(torch.Tensor.add_) } => parameters.Length < 2,
            _ => call.Name.StartsWith("op_", StringComparison.Ordinal)
                && call.Name != "op_Implicit"
                && parameters.Any(parameter => parameter.ParameterType != typeof(torch.Tensor)),
        };
    }

    /// <summary>What the worker calls of TorchSharp.</summary>
    private static IEnumerable<MethodBase> Calls()
    {
        var module = typeof(LoadedModel).Module;
        using var file = new PEReader(File.OpenRead(module.FullyQualifiedName));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences
            .Where(handle => metadata.GetMemberReference(handle) is { Parent.Kind: HandleKind.TypeReference } reference
                && reference.GetKind() == MemberReferenceKind.Method)
            .Select(handle => module.ResolveMethod(MetadataTokens.GetToken(handle))!)
            .Where(method => method.DeclaringType?.Assembly == typeof(torch).Assembly)];
    }
}
