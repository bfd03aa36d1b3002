using System.Runtime.InteropServices;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Tests.Golden;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.WeightUpload;

public sealed unsafe class CopyQueueTests : IDisposable
{
    private const int Piece = CopyPiece.MostBytes;
    private const int FileBytes = (2 * Piece) + (Piece / 2);

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("lmdeploy-copies-").FullName;
    private readonly byte[] _data = new byte[FileBytes];
    private readonly SafetensorsFile _file;
    private readonly long _begin;
    private readonly nint _memory = (nint)NativeMemory.AllocZeroed(FileBytes);
    private readonly List<long> _progress = [];

    public CopyQueueTests()
    {
        new Random(1).NextBytes(_data);
        var checkpoint = CheckpointFile.In(_folder);
        checkpoint.Tensors["m"] = ("U8", [FileBytes], _data);
        checkpoint.Write();
        _file = SafetensorsFile.Open(Path.Combine(_folder, "model.safetensors"));
        _begin = _file.Tensors.Single().Offset;
    }

    public void Dispose()
    {
        _file.Dispose();
        NativeMemory.Free((void*)_memory);
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Flush_EverythingIsThere(int threads)
    {
        var device = new HostCopyDevice();
        using (var queue = Queue(device, threads))
        {
            queue.Add(_file, _begin, _memory, FileBytes);
            queue.Flush();
        }

        Copied(0, FileBytes).ShouldBeTrue();
        device.Lanes.ShouldBe(Math.Min(threads, 3), "no more threads than pieces");
        device.OpenLanes.ShouldBe(0);
        _progress.Count.ShouldBe(3, "each piece is reported");
        _progress.SequenceEqual(_progress.Order()).ShouldBeTrue("one after the other");
        _progress[^1].ShouldBe(FileBytes);
    }

    [Fact]
    public void Add_CutsIntoPiecesInTheOrderOfTheFile()
    {
        var device = new HostCopyDevice();
        using var queue = Queue(device, threads: 1);
        queue.Add(_file, _begin, _memory, 100);
        queue.Add(_file, _begin + 100, _memory + 100, FileBytes - 100);
        queue.Flush();
        device.Sent.ShouldBe([(_memory, 100), (_memory + 100, Piece), (_memory + 100 + Piece, Piece), (_memory + 100 + (2 * Piece), (Piece / 2) - 100)]);
        device.MemoryWaits.ShouldBe(2, "nothing is sent to memory that is still in use");
        Copied(0, FileBytes).ShouldBeTrue();
    }

    [Fact]
    public void Await_DoesNotWaitForOtherMemory()
    {
        using var mayGo = new ManualResetEventSlim();
        var device = new HostCopyDevice
        {
            BeforeSending = address =>
            {
                if (address == _memory + (2 * Piece))
                {
                    mayGo.Wait(Deadline).ShouldBeTrue();
                }
            },
        };
        using var queue = Queue(device, threads: 1);
        queue.Add(_file, _begin, _memory, FileBytes);
        queue.Await(_memory, Piece);
        queue.Await(_memory + FileBytes, 100);
        Copied(0, Piece).ShouldBeTrue();
        Copied(2 * Piece, FileBytes).ShouldBeFalse();
        mayGo.Set();
        queue.Await(_memory + FileBytes - 1, 1);
        queue.Flush();
        Copied(0, FileBytes).ShouldBeTrue();
    }

    [Fact]
    public void FileThatIsCutShort_IsAnInvalidCheckpoint()
    {
        using (var file = new FileStream(_file.Path, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(_begin + Piece + 1);
        }

        var device = new HostCopyDevice();
        using (var queue = Queue(device, threads: 2))
        {
            queue.Add(_file, _begin, _memory, FileBytes);
            var error = Should.Throw<EngineException>(queue.Flush);
            error.Code.ShouldBe(ErrorCodes.InvalidCheckpoint);
            error.Message.ShouldContain("cut short");
            error.Subject.ShouldBe(_file.Path);
            Should.Throw<EngineException>(() => queue.Add(_file, _begin, _memory, 1)).Code.ShouldBe(ErrorCodes.InvalidCheckpoint);
        }

        device.OpenLanes.ShouldBe(0);
    }

    [Fact]
    public void Cancelled_EndsTheWait()
    {
        using var cancelling = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        using var mayGo = new ManualResetEventSlim();
        var device = new HostCopyDevice
        {
            BeforeSending = _ =>
            {
                begun.Set();
                mayGo.Wait(Deadline).ShouldBeTrue();
            },
        };
        using (var queue = Queue(device, threads: 1, cancelling.Token))
        {
            queue.Add(_file, _begin, _memory, FileBytes);
            begun.Wait(Deadline).ShouldBeTrue();
            cancelling.Cancel();
            mayGo.Set();
            Should.Throw<OperationCanceledException>(queue.Flush).CancellationToken.ShouldBe(cancelling.Token);
            Should.Throw<OperationCanceledException>(() => queue.Add(_file, _begin, _memory, 1));
        }

        device.OpenLanes.ShouldBe(0);
        device.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public void DeviceThatRefuses_IsToldAsItIs()
    {
        var refusal = new NotSupportedException("no memory to send from");
        using var queue = Queue(new HostCopyDevice { Refusal = refusal }, threads: 2);
        Should.Throw<NotSupportedException>(() =>
        {
            queue.Add(_file, _begin, _memory, FileBytes);
            queue.Flush();
        }).ShouldBeSameAs(refusal);
    }

    [Fact]
    public void Dispose_LeavesTheRestAndEndsTheThreads()
    {
        using var begun = new ManualResetEventSlim();
        using var mayGo = new ManualResetEventSlim();
        var device = new HostCopyDevice
        {
            BeforeSending = _ =>
            {
                begun.Set();
                mayGo.Wait(Deadline).ShouldBeTrue();
            },
        };
        var queue = Queue(device, threads: 1);
        queue.Add(_file, _begin, _memory, FileBytes);
        begun.Wait(Deadline).ShouldBeTrue();
        var disposing = new Thread(queue.Dispose);
        disposing.Start();
        mayGo.Set();
        disposing.Join(Deadline).ShouldBeTrue();
        device.OpenLanes.ShouldBe(0);
    }

    [Fact]
    public void Flush_WithNothingToDo_StartsNoThread()
    {
        var device = new HostCopyDevice();
        using var queue = Queue(device, threads: 4);
        queue.Add(_file, _begin, _memory, 0);
        queue.Flush();
        device.Lanes.ShouldBe(0);
    }

    private CopyQueue Queue(HostCopyDevice device, int threads, CancellationToken cancellationToken = default) =>
        new(device, threads, new ByteCounter(_progress.Add), cancellationToken);

    private bool Copied(int first, int end) => new ReadOnlySpan<byte>((void*)(_memory + first), end - first).SequenceEqual(_data.AsSpan(first, end - first));
}
