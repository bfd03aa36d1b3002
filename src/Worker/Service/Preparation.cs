using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Worker.Service;

/// <summary>Prepares this worker to load a model. Thread-safe and idempotent.</summary>
internal sealed class Preparation(LibTorchStart libTorch)
{
    /// <summary>Waits for libtorch and, when asked for, makes a CUDA context, on a thread of its own: both can keep a thread in native code for long.</summary>
    /// <exception cref="Errors.EngineException">libtorch is not usable here.</exception>
    public Task<PrepareResponse> RunAsync(bool cudaContext)
    {
        var done = new TaskCompletionSource<PrepareResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(new PrepareResponse { Device = Prepare(cudaContext) });
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { Name = "preparation", IsBackground = true }.Start();
        return done.Task;
    }

    private string Prepare(bool cudaContext)
    {
        libTorch.Wait();
        if (!torch.cuda.is_available())
        {
            return "cpu";
        }

        if (cudaContext)
        {
            // The context is the process's, and stays when the tensor goes.
            using var first = torch.zeros(1, device: new torch.Device(DeviceType.CUDA, 0));
        }

        return "cuda:0";
    }
}
