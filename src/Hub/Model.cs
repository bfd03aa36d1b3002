using LmDeploy.Hub;
using LmDeploy.Hub.Cache;
using LmDeploy.Hub.Downloads;
using LmDeploy.V1;

namespace LmDeploy;

/// <summary>
/// Models by name: <c>org/name[@revision][:subfolder]</c> of the Hugging Face hub, in the cache that Python's huggingface_hub uses too. Whatever takes a
/// model takes such a name beside a path, and downloads what is missing; here it can be done beforehand. All members may be used from several threads and
/// processes at once.
/// </summary>
public static class Model
{
    /// <summary>
    /// Downloads a model, or brings it up to date: the newest commit of its branch, and of that only what the cache does not have. A download that was
    /// interrupted goes on where it was. Only what is needed comes: config.json and other settings, tokenizer, templates and the safetensors weights. Each file
    /// is verified by its digest before it gets its name.
    /// </summary>
    /// <param name="model">The name, for example <c>Qwen/Qwen3-0.6B</c>.</param>
    /// <param name="options">The hub, the token and the cache. Default: null, as the environment says.</param>
    /// <param name="progress">Is told how far it is, at most ten times a second. Default: null, nobody is.</param>
    /// <param name="cancellationToken">Gives up; what came stays, for the next time.</param>
    /// <returns>The model's folder.</returns>
    /// <exception cref="HubException">There is no such model, it may not be read, it is none that can be read (GGUF, pickles, adapters), the hub cannot be
    /// reached, what came is not what was announced, or the disk is full or read-only; <see cref="HubException.Code"/> says which.</exception>
    public static string Download(
        string model, HubOptions? options = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        => DownloadAsync(model, options, progress, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Download"/>
    public static async Task<string> DownloadAsync(
        string model, HubOptions? options = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        var (name, settings) = (ModelName.Parse(model), HubSettings.Read(options));
        return settings.Offline
            ? LocalModels.Find(name, settings)?.Folder ?? throw Missing(name, settings, mayDownload: true)
            : await Task.Run(() => ModelDownload.RunAsync(name, settings, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The folder of a model that is on this machine; the network is not used.</summary>
    /// <param name="model">The name.</param>
    /// <param name="options">The cache. Default: null, as the environment says.</param>
    /// <returns>Null where it is not there, or not whole.</returns>
    /// <exception cref="HubException">It is no name, or a file of the cache links out of it.</exception>
    public static string? Find(string model, HubOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        return LocalModels.Find(ModelName.Parse(model), HubSettings.Read(options))?.Folder;
    }

    /// <summary>The models on this machine: those of the folders in <c>LMDEPLOY_MODELS</c>, then those of the cache, by name.</summary>
    /// <param name="options">The cache. Default: null, as the environment says.</param>
    public static IReadOnlyList<LocalModel> List(HubOptions? options = null) => LocalModels.List(HubSettings.Read(options));

    /// <summary>Removes a model from the cache, or one version of it where the name has a revision. What runs with it goes on.</summary>
    /// <param name="model">The name.</param>
    /// <param name="options">The cache. Default: null, as the environment says.</param>
    /// <returns>Bytes that became free.</returns>
    /// <exception cref="HubException">The cache does not have it, or another process downloads it.</exception>
    public static long Remove(string model, HubOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        return LocalModels.Remove(ModelName.Parse(model), HubSettings.Read(options));
    }

    /// <summary>Whether a text names a model of a hub: it has the form of a name, and no file or folder is there by that path.</summary>
    /// <param name="model">A name or a path.</param>
    public static bool IsName(string model) => ModelName.IsName(model) && !Path.Exists(model);

    /// <summary>
    /// Finds what somebody means who names a model or gives the path of a folder. A path stays as it is. A name is looked for in the folders of
    /// <c>LMDEPLOY_MODELS</c> and in the cache, and downloaded where that is allowed and it is not there whole; what is there is not brought up to date.
    /// </summary>
    /// <param name="model">A name or a path.</param>
    /// <param name="mayDownload">Whether what is missing is downloaded. Default: true.</param>
    /// <param name="options">The hub, the token and the cache. Default: null, as the environment says.</param>
    /// <param name="progress">Is told how far a download is. Default: null, nobody is.</param>
    /// <param name="cancellationToken">Gives up; what came stays, for the next time.</param>
    /// <exception cref="HubException">As <see cref="Download"/>; code <c>model_not_found</c> too where it may not be downloaded.</exception>
    public static ModelSource Resolve(
        string model,
        bool mayDownload = true,
        HubOptions? options = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
        => ResolveAsync(model, mayDownload, options, progress, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Resolve"/>
    public static async Task<ModelSource> ResolveAsync(
        string model,
        bool mayDownload = true,
        HubOptions? options = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        if (!IsName(model))
        {
            return ModelSource.OfPath(model);
        }

        var (name, settings) = (ModelName.Parse(model), HubSettings.Read(options));
        var found = LocalModels.Find(name, settings);
        if (found is { IsCertain: true } || !mayDownload || settings.Offline)
        {
            return Source(found?.Folder ?? throw Missing(name, settings, mayDownload));
        }

        try
        {
            return Source(await Task.Run(() => ModelDownload.RunAsync(name, settings, progress, cancellationToken), cancellationToken).ConfigureAwait(false));
        }
        catch (HubException e) when (found is not null && e.Code == ErrorCodes.DownloadFailed)
        {
            return Source(found.Value.Folder); // Another program brought it, and nobody can be asked whether it is whole: it looks so.
        }
        catch (HubException e) when (e.Code is ErrorCodes.ModelNotFound or ErrorCodes.DownloadFailed)
        {
            throw new HubException(e.Code, $"There is no folder '{model}'{NearFolder.Hint(model)}, and as the name of a model: {e.Message}", e.Subject, e);
        }

        ModelSource Source(string folder) => new() { Folder = folder, Name = name.ShortName };
    }

    private static HubException Missing(ModelName model, HubSettings settings, bool mayDownload) => new(
        ErrorCodes.ModelNotFound,
        $"There is no folder '{model}'{NearFolder.Hint(model.ToString())}, and {settings.CacheFolder} does not have the whole of it as a model of that name. "
            + (mayDownload ? "HF_HUB_OFFLINE is set, so nothing is downloaded." : $"Download it: lmdeploy pull {model}"),
        model.ToString());
}
