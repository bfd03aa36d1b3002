using System.IO.MemoryMappedFiles;

namespace LmDeploy.V1;

/// <summary>
/// A page of memory that a worker and its supervisor share: the worker notes in it what it is doing, and the supervisor reads it while
/// the worker runs, hangs or is dead. It is a file in the worker's folder and outlives its name. One process writes; reading is safe from any.
/// </summary>
internal sealed unsafe class FlightRecord : IDisposable
{
    /// <summary>As many requests as fit; of a larger step the rest is not named.</summary>
    public const int MostRequests = 1024;

    private const int Size = 64 + (MostRequests * sizeof(ulong));
    private const int MostReadings = 10_000;

    /// <summary>"lmdfly" and the version of the layout, which a file of another program or release does not begin with.</summary>
    private const long Signature = (0x796C66646D6CL << 16) | LayoutVersion;
    private const int LayoutVersion = 1;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long* _words;
    private readonly Lock _gate = new();
    private FlightReading? _last;

    private FlightRecord(FileStream file)
    {
        _file = MemoryMappedFile.CreateFromFile(file, null, Size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Size);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _words = (long*)start;
    }

    private ref long Beats => ref _words[0];

    private ref long Progress => ref _words[1];

    private ref long Version => ref _words[2];

    private ref long Step => ref _words[3];

    private ref long Busy => ref _words[4];

    private ref long Count => ref _words[5];

    private ref long Kind => ref _words[6];

    /// <summary>Makes the file. All of it is written, so that a full disk says so here and not by a signal later.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static FlightRecord Create(string path)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        file.Write(new byte[Size]);
        var record = new FlightRecord(file);
        record.Kind = Signature;
        return record;
    }

    /// <summary>Opens the file that the supervisor made.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is no flight record, or that of another release.</exception>
    public static FlightRecord Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        if (file.Length != Size)
        {
            var length = file.Length;
            file.Dispose();
            throw new InvalidDataException($"'{path}' has {length} bytes; a flight record of version {LayoutVersion} has {Size}.");
        }

        var record = new FlightRecord(file);
        if (record.Kind == Signature)
        {
            return record;
        }

        record.Dispose();
        throw new InvalidDataException($"'{path}' is no flight record of version {LayoutVersion}.");
    }

    /// <summary>Says that the process runs, whatever it is doing.</summary>
    public void Beat() => Interlocked.Increment(ref Beats);

    /// <summary>Says that work goes forward. Cheap enough for every matrix product.</summary>
    public void Advance() => Interlocked.Increment(ref Progress);

    /// <summary>Says that a load or a step begins, and which requests are in it.</summary>
    /// <param name="step">Counts from 1; 0 for a load.</param>
    /// <param name="requests">Their ids.</param>
    public void Begin(long step, ReadOnlySpan<ulong> requests) => Write(step, isBusy: true, requests);

    /// <summary>Says that there is nothing to do.</summary>
    public void Rest() => Write(Volatile.Read(ref Step), isBusy: false, []);

    /// <summary>A consistent look at all of it, also at what a dead process left half written; after <see cref="Dispose"/> the last one.</summary>
    public FlightReading Read()
    {
        lock (_gate)
        {
            return _last ?? ReadPage();
        }
    }

    /// <summary>Lets go of the page. Nothing may be written any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_last is not null)
            {
                return;
            }

            _last = ReadPage();
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    private FlightReading ReadPage()
    {
        for (var reading = 1; ; reading++)
        {
            var version = Volatile.Read(ref Version);
            var requests = new ReadOnlySpan<ulong>(_words + 8, (int)Math.Clamp(Volatile.Read(ref Count), 0, MostRequests)).ToArray();
            var read = new FlightReading(
                Volatile.Read(ref Beats), Volatile.Read(ref Progress), Volatile.Read(ref Step), Volatile.Read(ref Busy) != 0, requests);
            Interlocked.MemoryBarrier();
            if ((version % 2 == 0 && Volatile.Read(ref Version) == version) || reading == MostReadings)
            {
                return read;
            }

            Thread.SpinWait(10);
        }
    }

    private void Write(long step, bool isBusy, ReadOnlySpan<ulong> requests)
    {
        // Odd while it is being written, as a sequence lock has it.
        Interlocked.Increment(ref Version);
        var named = requests[..Math.Min(requests.Length, MostRequests)];
        named.CopyTo(new Span<ulong>(_words + 8, MostRequests));
        Volatile.Write(ref Count, named.Length);
        Volatile.Write(ref Step, step);
        Volatile.Write(ref Busy, isBusy ? 1 : 0);
        Interlocked.Increment(ref Version);
        Interlocked.Increment(ref Progress);
    }
}
