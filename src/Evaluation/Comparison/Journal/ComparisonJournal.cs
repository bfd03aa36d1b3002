using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LmDeploy.Evaluation.Judging;
using LmDeploy.Words;

namespace LmDeploy.Evaluation.Comparison.Journal;

/// <summary>
/// The journal of a comparison: its results in order. With a file, every entry is a line of JSON with a checksum (<see cref="JournalLine"/>), written
/// to the operating system before the comparison continues. A process that is killed loses at most the line that it was writing. Thread-safe.
/// </summary>
internal sealed class ComparisonJournal : IDisposable
{
    private const int Version = 2;

    private static readonly JsonSerializerOptions _json = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { JournalNames.Keep } },
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Converters =
        {
            new EnumWordConverter<EngineDtype>(),
            new EnumWordConverter<MemoryKind>(),
            new EnumWordConverter<WorkerActivity>(),
            new EnumWordConverter<WorkerExit>(),
            new JsonStringEnumConverter(),
        },
    };

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly FileStream? _file;
    private readonly Dictionary<string, ModelRecord> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<(string First, string Second, string Item), PairwiseVerdict> _verdicts = [];
    private readonly List<MemorySample> _memory = [];

    private ComparisonJournal(FileStream? file, string fingerprint, TimeProvider time)
    {
        (_file, _time) = (file, time);
        Started = time.GetUtcNow();
        var first = true;
        foreach (var entry in file is null ? [] : Read(file))
        {
            Check(first, entry, fingerprint);
            Take(entry);
            first = false;
        }

        if (first)
        {
            Append(new JournalEntry.Begun(Version, fingerprint, Started));
        }
    }

    /// <summary>When the comparison was begun, by the process that began it.</summary>
    public DateTimeOffset Started { get; private set; }

    /// <summary>What it ran on last; null where that is not known.</summary>
    public ComparisonHost? Host { get; private set; }

    /// <summary>The time since then.</summary>
    public TimeSpan Elapsed => _time.GetUtcNow() - Started;

    public IReadOnlyList<MemorySample> Memory
    {
        get
        {
            lock (_gate)
            {
                return [.. _memory];
            }
        }
    }

    /// <param name="path">The file to go on with, or to begin; null for none.</param>
    /// <param name="fingerprint">Of the comparison.</param>
    /// <param name="time">What the start is read from.</param>
    /// <exception cref="ArgumentException">The file belongs to another comparison, or is no journal.</exception>
    /// <exception cref="IOException">It cannot be written, or another process has it open.</exception>
    public static ComparisonJournal Open(string? path, string fingerprint, TimeProvider time)
    {
        // One that others may read would be locked for reading alone.
        var file = path is null ? null : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        if (file is not null && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        try
        {
            return new ComparisonJournal(file, fingerprint, time);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>What is known about one model; grows as entries are added.</summary>
    public ModelRecord RecordOf(string model)
    {
        lock (_gate)
        {
            return Find(model);
        }
    }

    /// <summary>What the judge said of two models' answers to a question; null as long as it was not asked.</summary>
    public PairwiseVerdict? VerdictOn(string first, string second, string item)
    {
        lock (_gate)
        {
            return _verdicts.TryGetValue((first, second, item), out var verdict) ? verdict : null;
        }
    }

    public void Append(JournalEntry entry)
    {
        lock (_gate)
        {
            if (_file is not null)
            {
                _file.Write(JournalLine.Write(JsonSerializer.SerializeToUtf8Bytes(entry, _json)));
                _file.Flush();
            }

            Take(entry);
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>The entries of a file; a last line that was not finished is cut off.</summary>
    private static IEnumerable<JournalEntry> Read(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        file.SetLength(end);
        file.Position = end;
        var number = 0;
        for (var begin = 0; begin < end;)
        {
            var line = bytes.AsMemory(begin, bytes.AsSpan(begin).IndexOf((byte)'\n'));
            begin += line.Length + 1;
            number++;
            JournalEntry? entry;
            try
            {
                var json = JournalLine.TryRead(line.Span)
                    ?? throw new ArgumentException(
                        $"Line {number} of {file.Name} is not as a comparison of this version wrote it: its checksum is missing or wrong. "
                            + "Give another state file, or delete this one.");
                entry = JsonSerializer.Deserialize<JournalEntry>(json, _json);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                throw new ArgumentException(
                    $"Line {number} of {file.Name} is no entry of a comparison ({e.Message}) Give another state file, or delete this one.", e);
            }

            yield return entry ?? throw new ArgumentException($"Line {number} of {file.Name} is null. Give another state file, or delete this one.");
        }
    }

    private void Check(bool isFirst, JournalEntry entry, string fingerprint)
    {
        if (!isFirst)
        {
            return;
        }

        if (entry is not JournalEntry.Begun { Version: Version } begun)
        {
            throw new ArgumentException($"{_file!.Name} is no state file of this version. Give another one, or delete it.");
        }

        if (begun.Fingerprint != fingerprint)
        {
            throw new ArgumentException(
                $"{_file!.Name} is of another comparison: models and the sizes of their files, questions, scorers and settings have to be the same. "
                    + "Give another state file, or delete it to begin anew.");
        }
    }

    private ModelRecord Find(string model)
    {
        if (!_models.TryGetValue(model, out var record))
        {
            _models.Add(model, record = new ModelRecord());
        }

        return record;
    }

    private void Take(JournalEntry entry)
    {
        switch (entry)
        {
            case JournalEntry.Begun begun:
                Started = begun.At;
                break;
            case JournalEntry.Memory memory:
                _memory.Add(new MemorySample { Elapsed = memory.At, HeldBytes = memory.Held, DeviceBytes = memory.DeviceBytes });
                break;
            case JournalEntry.Machine machine:
                Host = machine.Host;
                break;
            case JournalEntry.Loaded loaded:
                Find(loaded.Model).Take(loaded);
                break;
            case JournalEntry.Answer answer:
                Find(answer.Model).Take(answer);
                break;
            case JournalEntry.FirstTokens firstTokens:
                Find(firstTokens.Model).Take(firstTokens);
                break;
            case JournalEntry.Scores scores:
                Find(scores.Model).Take(scores);
                break;
            case JournalEntry.Verdict verdict:
                _verdicts[(verdict.First, verdict.Second, verdict.Item)] = verdict.Value;
                break;
            case JournalEntry.Closed closed:
                Find(closed.Model).Take(closed);
                break;
            default:
                break;
        }
    }
}
