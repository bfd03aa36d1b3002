using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>Where and in which type a model is computed.</summary>
internal sealed record ComputePlan(torch.Device Device, torch.ScalarType Dtype)
{
    public string DeviceName => Device.type == DeviceType.CUDA ? $"cuda:{Device.index}" : "cpu";

    public string DtypeName => Dtype.ToString().ToLowerInvariant();

    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidConfig"/> for an unknown device or type, <see cref="ErrorCodes.UnsupportedFeature"/> for CUDA where there is none.</exception>
    public static ComputePlan Choose(EngineConfig config, string checkpointDtype)
    {
        var cuda = UseCuda(config.Device);
        var dtype = Parse(ComputeDtype.Choose(config.Dtype, checkpointDtype, cuda));
        return new ComputePlan(cuda ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU, dtype);
    }

    private static bool UseCuda(string device) => device switch
    {
        "" or "auto" => torch.cuda.is_available(),
        "cpu" => false,
        "cuda" => torch.cuda.is_available()
            ? true
            : throw new EngineException(ErrorCodes.UnsupportedFeature, "device is 'cuda', but libtorch finds no CUDA device here; 'lmdeploy check-env' says why.", "device"),
        _ => throw new EngineException(ErrorCodes.InvalidConfig, $"device must be auto, cpu or cuda, got '{device}'.", "device"),
    };

    private static torch.ScalarType Parse(string dtype) => dtype switch
    {
        "float32" => torch.float32,
        "bfloat16" => torch.bfloat16,
        "float16" => torch.float16,
        _ => throw new EngineException(ErrorCodes.InvalidConfig, $"dtype must be auto, float32, bfloat16 or float16, got '{dtype}'.", "dtype"),
    };
}
