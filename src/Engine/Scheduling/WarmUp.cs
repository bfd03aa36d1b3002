using LmDeploy.Engine.Decoders;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Warm-up: runs a prefill and decode steps before the model is ready, so that no request pays for first calls. Verifies the kernels before that.
/// </summary>
internal static class WarmUp
{
    private const int PromptLength = 2;

    public static void Run(LoadedModel model)
    {
        ForwardChoice.Confirm(model);
        using var scope = torch.NewDisposeScope();
        ReferencePass.Run(model, model.Decoder.Current, PromptLength);
    }
}
