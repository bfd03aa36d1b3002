using LmDeploy.Engine.WeightUpload;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>Dequantizes the matrices of one weight format.</summary>
internal interface IDequantizer
{
    /// <summary>That of a format.</summary>
    static IDequantizer For(IWeightFormat format) => format switch
    {
        AwqFormat awq => new AwqDequantizer(awq),
        GptqFormat gptq => new GptqDequantizer(gptq),
        Fp8Format fp8 => new Fp8Dequantizer(fp8),
        Mxfp4Format => new Mxfp4Dequantizer(),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format.Description, "Nothing dequantizes it."),
    };

    /// <param name="target">The matrix, or several of one shape along the first dimension; in the type that is computed in.</param>
    /// <exception cref="LmDeploy.Text.Errors.EngineException">A tensor is missing, misshapen, of another type, or has indices out of range.</exception>
    void Load(TensorReader reader, string name, torch.Tensor target);
}
