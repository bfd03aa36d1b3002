using System.Text.Json;
using LmDeploy.Supervisor.Logging;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// Recorded memory peaks of earlier workers, in one small file. A damaged, missing or unwritable file counts as empty. Thread-safe. When two
/// supervisors write at once, one of the two updates is lost.
/// </summary>
internal sealed partial class PeakStore(string path, ILogger<PeakStore> logger)
{
    /// <summary>The oldest go first.</summary>
    public const int MostEntries = 256;

    private const long LargestFile = 1 << 20;

    private readonly Lock _gate = new();

    /// <summary><c>XDG_CACHE_HOME/lmdeploy/peaks.json</c>, else that below <c>~/.cache</c>.</summary>
    public static string DefaultPath => Path.Join(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache"),
        "lmdeploy",
        "peaks.json");

    /// <returns>Bytes; null when nothing is known.</returns>
    public long? Find(string key)
    {
        lock (_gate)
        {
            return Read().Where(entry => entry.Key == key).Select(entry => (long?)entry.Value).FirstOrDefault();
        }
    }

    /// <summary>Keeps a peak, in bytes, unless a higher one is known.</summary>
    public void Note(string key, long bytes)
    {
        lock (_gate)
        {
            var entries = Read();
            var highest = entries.Where(entry => entry.Key == key).Select(entry => entry.Value).Append(bytes).Max();
            entries.RemoveAll(entry => entry.Key == key);
            entries.Add(KeyValuePair.Create(key, highest));
            Write([.. entries.TakeLast(MostEntries)]);
        }
    }

    /// <summary>Oldest first.</summary>
    private List<KeyValuePair<string, long>> Read()
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= LargestFile })
            {
                return [];
            }

            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. json.RootElement.EnumerateObject()
                .Where(entry => entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt64(out var bytes) && bytes > 0)
                .Select(entry => KeyValuePair.Create(entry.Name, entry.Value.GetInt64()))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            LogUnreadable(path, exception.Message);
            return [];
        }
    }

    private void Write(IReadOnlyList<KeyValuePair<string, long>> entries)
    {
        var draft = $"{path}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = File.Create(draft))
            using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
            {
                json.WriteStartObject();
                foreach (var (key, bytes) in entries)
                {
                    json.WriteNumber(key, bytes);
                }

                json.WriteEndObject();
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnwritable(path, exception.Message);
        }
    }

    [LoggerMessage(
        EventIds.PeaksUnreadable, LogLevel.Warning, "What earlier workers took is not known: {Path}: {Reason}",
        EventName = nameof(EventIds.PeaksUnreadable))]
    private partial void LogUnreadable(string path, string reason);

    [LoggerMessage(EventIds.PeaksUnwritable, LogLevel.Warning, "What workers take is not kept: {Path}: {Reason}", EventName = nameof(EventIds.PeaksUnwritable))]
    private partial void LogUnwritable(string path, string reason);
}
