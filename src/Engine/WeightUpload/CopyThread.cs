namespace LmDeploy.Engine.WeightUpload;

/// <summary>Copies pieces of a <see cref="CopyQueue"/>, double-buffered: reads one piece while the piece before is sent.</summary>
internal sealed class CopyThread
{
    private readonly CopyQueue _queue;
    private readonly ICopyDevice _device;
    private readonly CancellationToken _cancellationToken;
    private readonly Thread _thread;

    private CopyThread(CopyQueue queue, ICopyDevice device, CancellationToken cancellationToken)
    {
        (_queue, _device, _cancellationToken) = (queue, device, cancellationToken);
        _thread = new Thread(Run) { Name = "copy", IsBackground = true };
    }

    public static CopyThread Start(CopyQueue queue, ICopyDevice device, CancellationToken cancellationToken)
    {
        var thread = new CopyThread(queue, device, cancellationToken);
        thread._thread.Start();
        return thread;
    }

    public void Join() => _thread.Join();

    private void Run()
    {
        try
        {
            using var lane = _device.OpenLane();
            Copy(lane.Buffers);
        }
        catch (Exception e)
        {
            _queue.Fail(e);
        }
    }

    private void Copy(IReadOnlyList<ICopyBuffer> buffers)
    {
        var sent = new CopyPiece?[buffers.Count];
        for (var turn = 0; _queue.TryTake(FinishAll, out var piece); turn = (turn + 1) % buffers.Count)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Finish(turn);
            var buffer = buffers[turn];
            piece.File.Read(piece.Offset, buffer.Span[..piece.Bytes]);
            buffer.Send(piece.Address, piece.Bytes);
            sent[turn] = piece;
        }

        void Finish(int turn)
        {
            if (sent[turn] is { } piece)
            {
                buffers[turn].Await();
                sent[turn] = null;
                _queue.Finish(piece);
            }
        }

        void FinishAll()
        {
            for (var turn = 0; turn < sent.Length; turn++)
            {
                Finish(turn);
            }
        }
    }
}
