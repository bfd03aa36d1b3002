using System.Threading.Channels;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;
using LmDeploy.Worker.Service;

namespace LmDeploy.Worker.Tests.Service;

[Collection(TorchTests.Name)]
public sealed class ModelHostTests
{
    [Fact]
    public async Task Load_EndsItsProgressWithAllThatWasReadAndWhatTheWeightsAre()
    {
        // The file has scales of activations too, which are not read and not counted.
        using var model = QuantizedModel.Of("llama3", new Fp8Writer("""{"quant_method":"fp8"}""", 1, 0, "weight_scale", (down, _) => [down]));
        var verdicts = new LibTorchVerdicts(Path.GetTempPath(), _ => "not tried: tests use the package");
        var libTorch = new LibTorchStart(new LibTorchRuntime(LibTorchLocator.ForThisProcess, verdicts));
        libTorch.Begin();
        using var host = new ModelHost(libTorch, flight: null);
        var progress = Channel.CreateUnbounded<LoadProgress>();
        var info = await host.LoadAsync(
            new LoadRequest { Model = model.Quantized.Path, Engine = new EngineConfig { SessionLen = 512, CacheMaxEntryCount = 256, CacheBlockSeqLen = 16 } },
            progress.Writer,
            CancellationToken.None);
        var steps = await progress.Reader.ReadAllAsync().ToListAsync();
        steps[^1].Stage.ShouldBe(LoadStage.WarmingUp);
        steps[^1].LoadedBytes.ShouldBe(steps[^1].TotalBytes);
        steps[^1].Weights.ShouldBe(info.Weights);
        steps
            .SkipLast(1)
            .ShouldAllBe(step => step.Weights == "" && step.Stage == (step.LoadedBytes < step.TotalBytes ? LoadStage.Loading : LoadStage.WarmingUp));
        steps.ShouldAllBe(step => step.TotalBytes == info.ReadBytes);
        info.Weights.ShouldBe("fp8, dequantized to float32");
    }
}
