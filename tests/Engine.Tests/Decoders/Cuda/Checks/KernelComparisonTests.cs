using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Tensors;
using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders.Cuda.Checks;

/// <summary>The comparison with kernels that are right, and with kernels that each have one wrong number.</summary>
[Collection(TorchTests.Name)]
public sealed class KernelComparisonTests
{
    public static TheoryData<int> Shapes => [.. Enumerable.Range(0, CheckShapes.All.Count)];

    public static TheoryData<string> Kernels => [.. KernelCases.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_FindsNothingWhereNothingIs(int shape)
    {
        var sizes = CheckShapes.All[shape];
        var found = new KernelComparison(new HostKernels(sizes, (_, _) => { }), torch.CPU).Run().ToList();
        var names = KernelCases.All.Select(one => one.Name);
        var expected = sizes.Experts > 0 ? names : names.TakeWhile(kernel => kernel != "route");
        found.Select(one => one.Kernel).ShouldBe(expected.Where(kernel => sizes.CanAttendPrompts || kernel != "prefill_attention"));
        found.ShouldAllBe(one => one.Difference <= CheckShapes.Tolerance(sizes.Dtype));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Run_FindsTheOneNumberThatIsWrong(string wrong)
    {
        var sizes = CheckShapes.All.First(shape => shape.Experts > 0 && shape.CanAttendPrompts);
        var kernels = new HostKernels(sizes, (kernel, written) =>
        {
            if (kernel == wrong)
            {
                // Past the count of candidates, and past the first head of a cache: in the middle.
                var flat = written.view(-1);
                flat.narrow(0, kernel == "candidates" ? 1 : flat.shape[0] / 2, 1).add_(Number.Of(7L), Number.Of(1L));
            }
        });
        new KernelComparison(kernels, torch.CPU)
            .Run()
            .Where(one => !(one.Difference <= CheckShapes.Tolerance(sizes.Dtype)))
            .Select(one => one.Kernel)
            .ShouldBe([wrong]);
    }
}
