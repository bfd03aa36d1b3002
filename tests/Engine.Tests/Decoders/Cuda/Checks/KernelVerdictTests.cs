using System.Text.RegularExpressions;
using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;

namespace LmDeploy.Engine.Tests.Decoders.Cuda.Checks;

public sealed class KernelVerdictTests
{
    [Fact]
    public void Of_IsALineForEachKernel_AndOneFailureFailsIt()
    {
        var verdicts = KernelVerdict.Of(
        [
            new("gate", "float32", 0.00001, 0.0001),
            new("gemv", "float32", 0.0003, 0.0001),
            new("gate", "bfloat16", 0.01, 0.025),
            new("gemv", "bfloat16", 0.01, 0.025),
        ]).ToList();
        verdicts.Select(verdict => (verdict.Kernel, verdict.IsOk)).ShouldBe([("gate", true), ("gemv", false)]);
        verdicts[0].Detail.ShouldBe("largest difference 0.00001 (float32); 0.01 (bfloat16)");
        verdicts[1].Detail.ShouldBe("largest difference 0.0003 instead of at most 0.0001 (float32); 0.01 (bfloat16)");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Of_WhatIsNoNumberIsNotOk(double difference) => KernelVerdict.Of([new("gate", "float32", difference, 0.1)]).Single().IsOk.ShouldBeFalse();

    [Fact]
    public void Kernels_AreAllThatTheSourcesHave()
    {
        var assembly = typeof(KernelComparison).Assembly;
        var sources = assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cu", StringComparison.Ordinal)).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        });
        var kernels = sources.SelectMany(
            source => Regex.Matches(source, @"__global__ void (?:__launch_bounds__\([^)]*\) )?(\w+)\(").Select(match => match.Groups[1].Value));
        kernels.ShouldBe(KernelCases.All.Select(one => one.Name), ignoreOrder: true);
    }

    [Fact]
    public void Shapes_CoverEveryElementTypeAndActivation()
    {
        CheckShapes.All.Select(sizes => sizes.Dtype).Distinct().Count().ShouldBe(3);
        CheckShapes.All.Select(sizes => sizes.Activation).Distinct().Count().ShouldBe(4);
        CheckShapes.All.Where(sizes => sizes.Experts > 0).Select(sizes => sizes.Dtype).Distinct().Count().ShouldBe(3);
        CheckShapes.All.ShouldContain(sizes => sizes.Experts == 0);
    }
}
