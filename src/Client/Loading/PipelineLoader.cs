using LmDeploy.Hosting;
using LmDeploy.Transport;
using LmDeploy.V1;

namespace LmDeploy.Loading;

/// <summary>Opens pipelines; what can be helped by trying again is tried again.</summary>
internal static class PipelineLoader
{
    public static async Task<Pipeline> LoadAsync(
        string model, EngineConfig config, Supervisor supervisor, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        var source = await supervisor.LocateAsync(model, progress, cancellationToken).ConfigureAwait(false);
        var open = config.ToOpen(source);
        var channel = await supervisor.ConnectAsync(config.FirstWorker, cancellationToken).ConfigureAwait(false);
        var isCollected = false;
        for (var replaced = 0; ;)
        {
            try
            {
                return await OpenAsync().ConfigureAwait(false);
            }
            catch (LmDeployException e) when (!isCollected
                && (e.Code == ErrorCodes.OutOfMemory || (e.Code == ErrorCodes.InsufficientMemory && config.Admission.Timeout == TimeSpan.Zero)))
            {
                isCollected = true;
                await AbandonedPipelines.CollectAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SupervisorUnavailableException e) when (replaced < Supervisor.MostReplacements && supervisor.CanReplace(e))
            {
                replaced++;
                channel = await supervisor.ReconnectAsync(config.FirstWorker, cancellationToken).ConfigureAwait(false);
            }
        }

        async Task<Pipeline> OpenAsync()
        {
            var (hold, ready) = await PipelineHold
                .OpenAsync(channel.Pipelines, open, config, progress, () => RemoveRemains(supervisor), cancellationToken).ConfigureAwait(false);
            return new Pipeline(
                supervisor,
                new PipelineCalls(channel.Pipelines, hold, ready.Key),
                hold,
                config.Name ?? source.Name,
                ready);
        }
    }

    /// <summary>A supervisor that was killed leaves files and workers behind; one on another host leaves nothing here.</summary>
    private static void RemoveRemains(Supervisor supervisor)
    {
        if (OperatingSystem.IsLinux() && !supervisor.IsRemote)
        {
            SupervisorRemains.Remove(supervisor.SocketPath);
        }
    }
}
