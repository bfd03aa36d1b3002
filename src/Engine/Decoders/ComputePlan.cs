using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using LmDeploy.Words;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>Where and in which type a model is computed.</summary>
internal sealed record ComputePlan(torch.Device Device, torch.ScalarType Dtype)
{
    public string DeviceName => Device.type == DeviceType.CUDA ? $"cuda:{Device.index}" : "cpu";

    public string DtypeName => EnumWords.Of(Dtype);

    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidConfig"/> for an unknown device or type, <see cref="ErrorCodes.UnsupportedFeature"/> for
    /// CUDA where there is none.</exception>
    public static ComputePlan Choose(EngineConfig config, string checkpointDtype)
    {
        var cuda = UseCuda(config.Device);
        var name = ComputeDtype.Choose(EnumWords.Of(config.Dtype), checkpointDtype, cuda);
        return new ComputePlan(cuda ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU, TypeOf(name));
    }

    private static bool UseCuda(EngineDevice device) => device switch
    {
        EngineDevice.Unspecified or EngineDevice.Auto => torch.cuda.is_available(),
        EngineDevice.Cpu => false,
        EngineDevice.Cuda => torch.cuda.is_available()
            ? true
            : throw new EngineException(
                ErrorCodes.UnsupportedFeature, "device is 'cuda', but libtorch finds no CUDA device here; 'lmdeploy check-env' says why.", "device"),
        _ => throw new EngineException(ErrorCodes.InvalidConfig, EnumWords.Problem("device", typeof(EngineDevice), EnumWords.Of(device)), "device"),
    };

    private static torch.ScalarType TypeOf(string dtype) => Enum.Parse<torch.ScalarType>(dtype, ignoreCase: true);
}
