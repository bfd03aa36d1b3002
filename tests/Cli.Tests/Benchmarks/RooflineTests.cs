using LmDeploy.Cli.Benchmarks;

namespace LmDeploy.Cli.Tests.Benchmarks;

public sealed class RooflineTests
{
    /// <summary>8 billion parameters, a billion of which are an embedding that is only looked up, and a billion the output layer.</summary>
    private static readonly ModelInfo _model = new()
    {
        Architecture = "llama", Parameters = 8_000_000_000, WeightBytes = 16_000_000_000, StepWeightBytes = 14_000_000_000, CacheBytesPerToken = 100_000,
        VocabSize = 250_000, HiddenSize = 4_000, Dtype = EngineDtype.BFloat16,
    };

    private static readonly DeviceCeilings _ceilings = new()
    {
        Device = "cuda:0", LibTorch = "2.11.0", MemoryBytesPerSecond = 4e12, HostToDeviceBytesPerSecond = 50e9, ProductFlops = 800e12,
        ProductDtype = EngineDtype.BFloat16,
    };

    private readonly Roofline _roofline = new(_model, _ceilings);

    [Fact]
    public void Step_OfOneReadsTheWeights() => _roofline.StepMilliseconds(1, 0).ShouldBe(3.5, 1e-9);

    [Fact]
    public void Step_OfManyReadsTheirKeysAndValuesToo() => _roofline.StepMilliseconds(64, 1000).ShouldBe((14e9 + 6.4e9) / 4e12 * 1000, 1e-9);

    [Fact]
    public void Step_OfVeryManyIsBoundByItsProducts() => _roofline.StepMilliseconds(1000, 0).ShouldBe(2.0 * 1000 * 7e9 / 800e12 * 1000, 1e-9);

    [Fact]
    public void Step_InAnotherTypeIsNotBoundByProductsThatWereNotMeasured() =>
        new Roofline(_model with { Dtype = EngineDtype.Float32 }, _ceilings).StepMilliseconds(1000, 0).ShouldBe(3.5, 1e-9);

    [Fact]
    public void Prefill_NeedsTheOutputLayerOnce() => _roofline.PrefillMilliseconds(4000).ShouldBe(2.0 * 4000 * 6e9 / 800e12 * 1000, 1e-9);

    [Fact]
    public void Prefill_OfAShortPromptReadsTheWeights() => _roofline.PrefillMilliseconds(1).ShouldBe(3.5, 1e-9);

    [Fact]
    public void Serve_IsPrefillsAndSteps()
    {
        var seconds = (1000 * 2 * 200 * 6e9 / 800e12) + (1000 * 200 / 100 * (14e9 + (100 * 300 * 1e5)) / 4e12);
        _roofline.ServeTokensPerSecond(1000, 200, 200, 100).ShouldBe(200_000 / seconds, 1e-6);
    }

    [Fact]
    public void Load_IsTheBusToAGpu_AndHalfACopyOnACpu()
    {
        Roofline.LoadBytesPerSecond(_ceilings).ShouldBe(50e9);
        Roofline.LoadBytesPerSecond(_ceilings with { HostToDeviceBytesPerSecond = 0, MemoryBytesPerSecond = 20e9 }).ShouldBe(10e9);
    }
}
