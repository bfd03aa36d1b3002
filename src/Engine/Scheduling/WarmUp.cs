using LmDeploy.Engine.Decoders;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Runs a prefill and decode steps before the model is called ready, so that no request pays for first calls; before that, kernels of our own are confirmed.
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
