using System.Runtime.ExceptionServices;
using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Engine.WeightUpload;

/// <summary>
/// Copies ranges of files to a device, in pieces and in order, on a few threads: one thread reads the page cache at a tenth of the speed of a device.
/// The first error ends all copies and is thrown by <see cref="Add"/> and the waits. Thread-safe.
/// </summary>
/// <param name="mostThreads">They are started as there are pieces for them.</param>
/// <param name="counter">Is told of bytes that are there.</param>
internal sealed class CopyQueue(ICopyDevice device, int mostThreads, ByteCounter counter, CancellationToken cancellationToken) : IDisposable
{
    private readonly object _changed = new();
    private readonly Queue<CopyPiece> _waiting = new();
    private readonly HashSet<CopyPiece> _unfinished = [];
    private readonly List<CopyThread> _threads = [];
    private ExceptionDispatchInfo? _error;
    private bool _closed;

    /// <summary>Enqueues a copy. The target memory must stay valid until the copy is done.</summary>
    /// <exception cref="Errors.EngineException">A file was cut short.</exception>
    public void Add(SafetensorsFile file, long offset, nint address, long bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        device.AwaitMemory();
        lock (_changed)
        {
            _error?.Throw();
            for (var done = 0L; done < bytes; done += CopyPiece.MostBytes)
            {
                var piece = new CopyPiece(file, offset + done, (nint)(address + done), (int)Math.Min(CopyPiece.MostBytes, bytes - done));
                _waiting.Enqueue(piece);
                _unfinished.Add(piece);
            }

            while (_threads.Count < Math.Min(mostThreads, _unfinished.Count))
            {
                _threads.Add(CopyThread.Start(this, device, cancellationToken));
            }

            Monitor.PulseAll(_changed);
        }
    }

    /// <summary>Waits until all copies to a memory range are done.</summary>
    /// <inheritdoc cref="Add"/>
    public void Await(nint address, long bytes) => AwaitWhile(() => _unfinished.Any(piece => piece.Overlaps(address, bytes)));

    /// <summary>Waits until all copies are done.</summary>
    /// <inheritdoc cref="Add"/>
    public void Flush() => AwaitWhile(() => _unfinished.Count > 0);

    /// <summary>Ends the threads and drops the remaining copies.</summary>
    public void Dispose()
    {
        lock (_changed)
        {
            _closed = true;
            Monitor.PulseAll(_changed);
        }

        _threads.ForEach(thread => thread.Join());
    }

    /// <summary>Takes the next piece.</summary>
    /// <param name="whenAllAreTaken">Called once, before there is a wait for another one.</param>
    /// <returns>False when there will be none.</returns>
    public bool TryTake(Action whenAllAreTaken, out CopyPiece piece)
    {
        if (TryTake(wait: false, out piece))
        {
            return true;
        }

        whenAllAreTaken();
        return TryTake(wait: true, out piece);
    }

    public void Finish(CopyPiece piece)
    {
        counter.Add(piece.Bytes);
        lock (_changed)
        {
            _unfinished.Remove(piece);
            Monitor.PulseAll(_changed);
        }
    }

    public void Fail(Exception error)
    {
        lock (_changed)
        {
            _error ??= ExceptionDispatchInfo.Capture(error);
            Monitor.PulseAll(_changed);
        }
    }

    private bool TryTake(bool wait, out CopyPiece piece)
    {
        lock (_changed)
        {
            while (wait && _waiting.Count == 0 && !_closed && _error is null)
            {
                Monitor.Wait(_changed);
            }

            piece = default;
            return !_closed && _error is null && _waiting.TryDequeue(out piece);
        }
    }

    private void AwaitWhile(Func<bool> isUnfinished)
    {
        lock (_changed)
        {
            while (_error is null && isUnfinished())
            {
                Monitor.Wait(_changed);
            }

            _error?.Throw();
        }
    }
}
