using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Settings;

/// <summary>
/// Applies settings that were read again: models, keys and the certificate. What is unchanged stays as it is, with its requests. Settings that mean nothing
/// change nothing.
/// </summary>
/// <param name="first">The settings at the start.</param>
/// <param name="reader">Null where they cannot be read again; then the certificate alone is.</param>
/// <param name="certificates">Null without TLS.</param>
internal sealed partial class SettingsReload(
    ServeOptions first, SettingsReader? reader, ServedModels served, Preloading preloading, ApiKeys keys, Certificates? certificates, ILogger logger)
{
    private static readonly TimeSpan _defaultDrain = TimeSpan.FromSeconds(30);

    private ServeOptions _before = first;

    /// <summary>Reads the settings and applies them. Logs what fails.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var settings = reader is null ? _before : await reader.ReadAsync(cancellationToken);
            Apply(settings, cancellationToken);
        }
        catch (SupervisorException exception)
        {
            LogUnreadable(exception.Message);
        }
    }

    private void Apply(ServeOptions settings, CancellationToken cancellationToken)
    {
        List<ServedModel> wanted = [.. settings.Models.Select(ServedModelReader.Read)];
        CheckNames(wanted);
        if (certificates is not null && settings.TlsCertificate.Length > 0 && !certificates.Replace(settings.TlsCertificate, settings.TlsKey))
        {
            return; // It is logged there.
        }

        keys.Replace(settings.Keys);
        var (added, changed, removed) = ApplyModels(wanted, settings.DrainTimeout ?? _defaultDrain);
        preloading.Begin(wanted.Where(model => model.IsPreloaded && (added.Contains(model) || changed.Contains(model))), cancellationToken);
        if (!Fixed(settings).Equals(Fixed(_before)))
        {
            LogNeedRestart();
        }

        _before = settings;
        LogRead(added.Count, changed.Count, removed.Count);
    }

    private (List<ServedModel> Added, List<ServedModel> Changed, List<ServedModel> Removed) ApplyModels(List<ServedModel> wanted, TimeSpan drain)
    {
        var names = wanted.Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
        List<ServedModel> removed =
            [.. _before.Models.Select(model => model.Name).Where(name => !names.Contains(name)).Distinct().Select(served.Find).OfType<ServedModel>()];
        foreach (var model in removed)
        {
            served.UnloadAsync(model, drain, forgets: true).Detach(exception => LogNotUnloaded(model.Name, exception));
        }

        List<(ServedModel Old, ServedModel New)> changed =
        [
            .. wanted.Select(model => (Old: served.Find(model.Name)!, New: model))
                .Where(pair => pair.Old?.Name == pair.New.Name && !pair.Old.IsSameAs(pair.New)),
        ];
        foreach (var (old, model) in changed)
        {
            served.ReplaceAsync(old, model, drain).Detach(exception => LogNotUnloaded(model.Name, exception));
        }

        var added = wanted.Where(model => served.Find(model.Name) is null).ToList();
        added.ForEach(served.Add);
        return (added, [.. changed.Select(pair => pair.New)], removed);
    }

    /// <summary>A name that the settings have not given to a model is one of a model that was loaded over HTTP, which stays.</summary>
    /// <exception cref="SupervisorException">The settings have it now.</exception>
    private void CheckNames(List<ServedModel> wanted)
    {
        var ours = _before.Models.Select(model => model.Name).Concat(wanted.Select(model => model.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in wanted.SelectMany(model => model.Aliases.Append(model.Name)))
        {
            if (served.Find(name) is { } other && !ours.Contains(other.Name))
            {
                throw new SupervisorException(
                    ErrorCodes.InvalidRequest,
                    $"{name} stands for {other.Open.Model}, which was loaded over HTTP: unload it first, or choose another name.",
                    name);
            }
        }
    }

    /// <summary>What is read at the start alone.</summary>
    private static object Fixed(ServeOptions settings) => (
        (settings.Host, settings.Port, settings.Insecure, settings.SharedPrefixCache, settings.AllowDownloads, string.Join(' ', settings.CorsOrigins)),
        (settings.MaxBodyBytes, settings.MaxPrompts, settings.RequestTimeoutMs, settings.DrainTimeoutMs),
        (settings.TlsCertificate.Length > 0, settings.LogFormat));

    [LoggerMessage(
        EventIds.SettingsRead, LogLevel.Information, "Settings were read again: {Added} models added, {Changed} changed, {Removed} removed",
        EventName = nameof(EventIds.SettingsRead))]
    private partial void LogRead(int added, int changed, int removed);

    [LoggerMessage(
        EventIds.SettingsUnreadable, LogLevel.Error, "Settings stay as they were: {Problem}", EventName = nameof(EventIds.SettingsUnreadable))]
    private partial void LogUnreadable(string problem);

    [LoggerMessage(
        EventIds.SettingsNeedRestart, LogLevel.Warning,
        "Only models, keys and certificate are read again; a change of the other settings takes effect at the next start",
        EventName = nameof(EventIds.SettingsNeedRestart))]
    private partial void LogNeedRestart();

    [LoggerMessage(EventIds.ModelNotUnloaded, LogLevel.Error, "{Model} could not be unloaded", EventName = nameof(EventIds.ModelNotUnloaded))]
    private partial void LogNotUnloaded(string model, Exception exception);
}
