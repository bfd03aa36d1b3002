using System.Collections.Concurrent;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Files;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Native;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>The ledger of each device, in this user's runtime folder. Thread-safe.</summary>
internal sealed partial class DeviceLedgers
{
    /// <summary>The name of the host among the devices.</summary>
    public const string Host = "host";

    private const string Prefix = "memory-";

    private readonly ConcurrentDictionary<string, DeviceLedger> _byDevice = new();
    private readonly string? _folder;
    private readonly ProcessTable _processes;
    private readonly ProcessIdentity _self;
    private readonly TimeProvider _time;
    private readonly ILogger<DeviceLedgers> _logger;

    /// <param name="folder">Created where it is missing. A folder that other users may enter is not used, and promises are not shared then.</param>
    public DeviceLedgers(string folder, ProcessTable processes, TimeProvider time, ILogger<DeviceLedgers> logger)
    {
        (_processes, _time, _logger) = (processes, time, logger);
        _self = processes.Find(Environment.ProcessId)?.Identity ?? new ProcessIdentity(Environment.ProcessId, 0);
        try
        {
            PrivateFolder.Ensure(folder);
            _folder = folder;
        }
        catch (Exception exception) when (exception is SupervisorException or IOException or UnauthorizedAccessException)
        {
            LogNoFolder(folder, exception.Message);
        }
    }

    /// <summary>
    /// Where clients keep the sockets of this user: <c>LMDEPLOY_RUNTIME_DIR</c>, else <c>XDG_RUNTIME_DIR/lmdeploy</c>, else <c>/tmp/lmdeploy-USER</c>.
    /// </summary>
    public static string DefaultFolder =>
        (Environment.GetEnvironmentVariable("LMDEPLOY_RUNTIME_DIR"), Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR")) switch
        {
            ({ Length: > 0 } own, _) => Path.GetFullPath(own),
            (_, { Length: > 0 } xdg) => Path.Join(xdg, "lmdeploy"),
            _ => $"/tmp/lmdeploy-{LibC.EffectiveUser()}",
        };

    public DeviceLedger Of(string device) => _byDevice.GetOrAdd(
        device, name => new DeviceLedger(_folder is null ? null : Path.Combine(_folder, Prefix + name), _self, _processes, _time, _logger));

    /// <summary>Removes the promises of supervisors that were killed.</summary>
    public async Task RemoveStaleAsync()
    {
        if (_folder is not null)
        {
            foreach (var file in Directory.GetFiles(_folder, Prefix + "*"))
            {
                await Of(Path.GetFileName(file)[Prefix.Length..]).ReadAsync();
            }
        }
    }

    [LoggerMessage(
        EventIds.NoLedgerFolder, LogLevel.Warning, "Promises of memory are not shared with other supervisors: {Folder}: {Reason}",
        EventName = nameof(EventIds.NoLedgerFolder))]
    private partial void LogNoFolder(string folder, string reason);
}
