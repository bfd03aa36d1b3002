using LmDeploy.Engine.Dequantization;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using LmDeploy.Tests.Golden;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Dequantization;

/// <summary>A folder with a few tensors, read as one format; deleted with it.</summary>
internal sealed class StoredTensors : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmdeploy-tensors-").FullName;

    public StoredTensors(params (string Name, (string Dtype, long[] Shape, byte[] Data) Tensor)[] tensors)
    {
        var file = CheckpointFile.In(_folder);
        foreach (var (name, tensor) in tensors)
        {
            file.Tensors[name] = tensor;
        }

        file.Write();
    }

    /// <summary>What config.json, or a file that takes its place, makes of the format.</summary>
    public IWeightFormat Format(string quantization, string fileName = "config.json")
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), fileName == "config.json" ? $"{{\"quantization_config\": {quantization}}}" : "{}");
        if (fileName != "config.json")
        {
            File.WriteAllText(Path.Combine(_folder, fileName), quantization);
        }

        return WeightFormats.Find(_folder, ConfigFile.Open(_folder, "config.json")).ShouldNotBeNull();
    }

    /// <summary>The matrix <c>m.weight</c> in float32, or several along the first dimension.</summary>
    public float[] Load(IWeightFormat format, params long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        using var checkpoint = Checkpoint.Open(_folder);
        format.Holds(checkpoint, "m.weight").ShouldBeTrue();
        var target = torch.zeros(shape);
        IDequantizer.For(format).Load(new TensorReader(checkpoint, torch.CPU, new ByteCounter(_ => { }), null, CancellationToken.None), "m.weight", target);
        scope.DisposablesCount.ShouldBe(1, "of what was made on the way nothing is left for the garbage collector");
        return target.data<float>().ToArray();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
