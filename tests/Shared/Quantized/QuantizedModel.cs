using System.Runtime.InteropServices;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Tests.Quantized;

/// <summary>A golden checkpoint in two folders: quantized, and with the plain numbers that it then stands for.</summary>
internal sealed class QuantizedModel : IDisposable
{
    private static readonly string[] NeverQuantized = ["embed", "wte", "wpe", "lm_head", "norm", "ln_", ".gate.weight"];

    private QuantizedModel(GoldenFolder quantized, GoldenFolder plain) => (Quantized, Plain) = (quantized, plain);

    public GoldenFolder Quantized { get; }

    public GoldenFolder Plain { get; }

    /// <summary>Quantizes the projections of all layers, as converters do.</summary>
    public static QuantizedModel Of(string golden, IMatrixWriter writer)
    {
        var model = new QuantizedModel(GoldenFolder.CopyOf(golden), GoldenFolder.CopyOf(golden));
        model.Quantized.Configure(config => config["quantization_config"] = writer.Config);
        var (quantized, plain) = (CheckpointFile.Read(model.Quantized), CheckpointFile.Read(model.Plain));
        var inputsFirst = golden == "gpt2";
        foreach (var (name, tensor) in plain.Tensors.ToArray())
        {
            if (tensor.Shape.Length != 2 || !name.EndsWith(".weight") || NeverQuantized.Any(name.Contains))
            {
                continue;
            }

            var stored = new Matrix((int)tensor.Shape[0], (int)tensor.Shape[1], MemoryMarshal.Cast<byte, float>(CheckpointFile.Widen(tensor.Data)).ToArray());
            quantized.Take(name);
            var matrix = writer.Write(quantized, name[..^".weight".Length], inputsFirst ? stored.Transposed() : stored);
            plain.Tensors[name] = Bytes.Floats((inputsFirst ? matrix.Transposed() : matrix).Values, tensor.Shape);
        }

        quantized.Write();
        plain.Write();
        return model;
    }

    public void Dispose()
    {
        Quantized.Dispose();
        Plain.Dispose();
    }
}
