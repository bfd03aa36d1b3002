using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Decoders.Sources;
using LmDeploy.Engine.Tests.WeightUpload;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders.Sources;

/// <summary>Weights that arrive late against weights that are read at once.</summary>
[Collection(TorchTests.Name)]
public sealed class CheckpointWeightsTests : IDisposable
{
    private const int Rows = 24;
    private const int Columns = 6;
    private const long Total = 12_345;

    private static readonly AttentionSpec Attention = new() { Heads = 4, KeyValueHeads = 2, HeadDim = 3 };

    private readonly string _folder = Directory.CreateTempSubdirectory("lmdeploy-weights-").FullName;
    private readonly List<(long Loaded, long Total)> _progress = [];
    private Checkpoint? _checkpoint;

    public CheckpointWeightsTests()
    {
        var checkpoint = CheckpointFile.In(_folder);
        foreach (var (name, first) in new[] { ("a", 0), ("b", 1000) })
        {
            checkpoint.Tensors[name] = ("BF16", [Rows, Columns], CheckpointFile.Narrow(Enumerable.Range(first, Rows * Columns).Select(i => (float)(i % 200))));
        }

        checkpoint.Tensors["experts"] = ("BF16", [1, Rows, Columns], checkpoint.Tensors["a"].Data);
        checkpoint.Tensors["wide"] = ("F32", [Columns], [.. Enumerable.Range(1, Columns).SelectMany(i => BitConverter.GetBytes((float)i))]);
        checkpoint.Tensors["none"] = ("BF16", [0, Columns], []);
        checkpoint.Write();
    }

    public void Dispose()
    {
        _checkpoint?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void StackedMatrix_OfLateParts() =>
        ShouldBeTheSame(loader => loader.Load(new WeightTensor([new WeightPart("a", Rows, Columns), new WeightPart("b", Rows, Columns)], 2 * Rows, Columns)));

    [Fact]
    public void Ungrouped_WaitsForItsTensor() =>
        ShouldBeTheSame(loader => loader.Load(new WeightTensor("a", Rows, Columns) { Order = RowOrder.ByKeyValueHead }, Attention));

    [Fact]
    public void Deinterleaved_WaitsForTheTensorOfAView() =>
        ShouldBeTheSame(loader => loader.Load(new WeightTensor("experts", 1, Columns, Rows) { InputsFirst = true, Order = RowOrder.GateUpInTurns }));

    [Fact]
    public void Plus_WaitsForItsTensor() => ShouldBeTheSame(loader => loader.Load(new WeightTensor("a", Rows, Columns) { AddsOne = true }));

    [Fact]
    public void KeysAndValues_WaitForTheirTensor() => ShouldBeTheSame(loader =>
    {
        var (keys, values) = loader.Layout.KeysAndValues(loader.Load(new WeightTensor("b", Rows, Columns)), heads: 4, nope: 2);
        using (values)
        using (keys)
        {
            return torch.cat([keys.flatten(), values.flatten()]).DetachFromDisposeScope();
        }
    });

    [Fact]
    public void Vector_OfAnotherType_IsConverted() => ShouldBeTheSame(loader => loader.Load(new WeightTensor("wide", Columns)));

    [Fact]
    public void TensorWithoutNumbers_IsComplete() => ShouldBeTheSame(loader => loader.Load(new WeightTensor("none", 0, Columns)));

    [Fact]
    public void QuantizedMatrix_IsMadeOfPartsThatHaveArrived()
    {
        using var model = QuantizedModel.Of("llama3", new AwqWriter(32));
        var folder = model.Quantized.Path;
        var config = ConfigFile.Open(folder, "config.json");
        var (outputs, inputs) = (config.PositiveInteger("hidden_size"), config.PositiveInteger("intermediate_size"));
        var device = new HostCopyDevice();
        Load(device).ShouldBe(Load(null));
        device.Sent.Count.ShouldBe(3, "integers, zero points and scales");

        float[] Load(HostCopyDevice? target)
        {
            using var checkpoint = Checkpoint.Open(folder);
            using var source = new CheckpointWeights(
                checkpoint, WeightFormats.Find(folder, config), Total, torch.CPU, target, (_, _) => { }, CancellationToken.None);
            using var matrix = new WeightLoader(source, torch.float32).Load(new WeightTensor("model.layers.0.mlp.down_proj.weight", outputs, inputs));
            source.Complete();
            return matrix.data<float>().ToArray();
        }
    }

    [Fact]
    public void Progress_CountsBytesHoweverTheyAreRead()
    {
        var device = new HostCopyDevice();
        using var source = Open(device);
        var loader = new WeightLoader(source, torch.bfloat16);
        using var matrix = loader.Load(new WeightTensor("a", Rows, Columns));
        using var vector = loader.Load(new WeightTensor("wide", Columns));
        source.Complete();
        const int bytes = (Rows * Columns * 2) + (Columns * 4);
        source.ReadBytes.ShouldBe(bytes);
        _progress.ShouldAllBe(step => step.Total == Total);
        _progress[^1].Loaded.ShouldBe(bytes);
        device.Sent.Count.ShouldBe(1, "only what needs no conversion is copied as it is");
    }

    [Fact]
    public void FileThatIsCutShort_FailsWhenAllIsToBeComplete()
    {
        using var source = Open(new HostCopyDevice());
        var path = Path.Combine(_folder, "model.safetensors");
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(file.Length - (Rows * Columns * 4));
        }

        using var matrix = new WeightLoader(source, torch.bfloat16).Load(new WeightTensor("b", Rows, Columns));
        Should.Throw<EngineException>(source.Complete).ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe(ErrorCodes.InvalidCheckpoint),
            error => error.Subject.ShouldBe(path));
    }

    private void ShouldBeTheSame(Func<WeightLoader, torch.Tensor> load) => Load(load, new HostCopyDevice()).ShouldBe(Load(load, null));

    private float[] Load(Func<WeightLoader, torch.Tensor> load, HostCopyDevice? device)
    {
        using var source = Open(device);
        using var tensor = load(new WeightLoader(source, torch.bfloat16));
        source.Complete();
        using var wide = tensor.to(torch.float32);
        return wide.numel() == 0 ? [] : wide.data<float>().ToArray();
    }

    private CheckpointWeights Open(HostCopyDevice? device) =>
        new(
            _checkpoint ??= Checkpoint.Open(_folder), null, Total, torch.CPU, device, (loaded, total) => _progress.Add((loaded, total)),
            CancellationToken.None);
}
