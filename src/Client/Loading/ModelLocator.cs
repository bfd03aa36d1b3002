using LmDeploy.Hub;

namespace LmDeploy.Loading;

/// <summary>Finds the folder of a model that somebody gave a path or a name of, and tells a download as the first stage of loading.</summary>
internal static class ModelLocator
{
    /// <exception cref="ModelLoadException">The model is not there, and cannot be downloaded.</exception>
    public static async Task<ModelSource> FindAsync(string model, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return await Model.ResolveAsync(
                model, progress: progress is null ? null : new DownloadStage(progress), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (HubException e)
        {
            throw new ModelLoadException(e.Code, e.Message, e.Subject, e);
        }
    }

    private sealed class DownloadStage(IProgress<LoadProgress> progress) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => progress.Report(new LoadProgress
        {
            Stage = LoadStage.Downloading, LoadedBytes = value.DownloadedBytes, TotalBytes = value.TotalBytes, BytesPerSecond = value.BytesPerSecond,
        });
    }
}
