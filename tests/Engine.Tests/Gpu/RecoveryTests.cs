using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>After a request was cancelled, or memory was short in mid-step, the engine answers others exactly and holds what it held before.</summary>
[Collection(TorchTests.Name)]
public sealed class RecoveryTests
{
    private const int Tokens = 20;
    private const int PromptLength = 70;
    private const int Lives = 3;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Theory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public Task ACancelledRequest_LeavesTheOthersAlone(string device) => RepeatAsync(device, 3, async engine =>
    {
        using var cancel = new CancellationTokenSource();
        var told = 0;
        var cancelled = Request(2, 400, [], Observe, cancel.Token);
        RecordingRequest[] others = [Request(1), Request(3)];
        engine.Submit(others[0]);
        engine.Submit(cancelled);
        engine.Submit(others[1]);
        (await cancelled.Finished.WaitAsync(Deadline)).Reason.ShouldBe(FinishReason.Abort);
        cancelled.Tokens.Count.ShouldBeLessThan(400);
        return await AnswersAsync(others);

        void Observe(int token)
        {
            if (++told == 5)
            {
                cancel.Cancel();
            }
        }
    });

    /// <summary>libtorch's allocator itself refuses, once the step has begun; the step is done again as a smaller one.</summary>
    [Theory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public Task AStepForWhichMemoryIsShort_IsDoneAgain(string device) => RepeatAsync(device, 1, async engine =>
    {
        var hungry = Request(2, Tokens, [new Hungry(1)]);
        RecordingRequest[] requests = [Request(1), hungry, Request(3)];
        Array.ForEach(requests, engine.Submit);
        var answers = await AnswersAsync(requests);
        hungry.Tokens.Count.ShouldBe(Tokens);
        return [answers[0], answers[2]];
    });

    [Theory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public Task ARequestForWhichMemoryNeverSuffices_FailsByItself(string device) => RepeatAsync(device, 1, async engine =>
    {
        var hungry = Request(2, Tokens, [new Hungry(int.MaxValue)]);
        RecordingRequest[] others = [Request(1), Request(3)];
        engine.Submit(others[0]);
        engine.Submit(hungry);
        engine.Submit(others[1]);
        var (reason, error) = await hungry.Finished.WaitAsync(Deadline);
        reason.ShouldBe(FinishReason.Error);
        error!.Code.ShouldBe(ErrorCodes.OutOfMemory);
        return await AnswersAsync(others);
    });

    /// <summary>
    /// All free memory is taken in mid-step, so that what the step allocates after that may fail. It is given back when the step is done, or done again.
    /// </summary>
    [GpuFact]
    public Task AStepOnAFullDevice_ChangesNoAnswer() => RepeatAsync("cuda", 1, async engine =>
    {
        using var greedy = new Greedy();
        RecordingRequest[] requests = [Request(1), Request(2, Tokens, [greedy], observe: _ => greedy.Dispose()), Request(3)];
        Array.ForEach(requests, engine.Submit);
        var answers = await AnswersAsync(requests);
        return [answers[0], answers[2]];
    });

    /// <summary>
    /// Answers of requests 1 and 3 beside and after what is done. Device memory is compared with that after the first time, when libtorch has what it keeps
    /// for such steps, and from engine to engine, each of which leaves libtorch a workspace of cuBLAS for its stream. A shortage makes steps smaller for long,
    /// so
    /// that there is an engine for each.
    /// </summary>
    private static async Task RepeatAsync(string device, int times, Func<EngineThread, Task<IReadOnlyList<string>>> act)
    {
        var config = new EngineConfig(GoldenRun.Config)
        {
            Device = Enum.Parse<EngineDevice>(device, ignoreCase: true),
            Dtype = EngineDtype.Float32,
            MaxPrefillTokenNum = 256,
            EnablePrefixCaching = false,
        };
        long? freeWithout = null;
        long? tensors = null;
        for (var life = 0; life < Lives; life++)
        {
            var engine = await GoldenRun.StartAsync(Path.Combine(GoldenModel.Root, "llama3"), config);
            using (engine)
            {
                var expected = await AskAsync(engine);
                long? free = null;
                for (var time = 0; time < times; time++)
                {
                    (await act(engine)).ShouldBe(expected, $"engine {life}, time {time}");
                    (await AskAsync(engine)).ShouldBe(expected, $"engine {life}, after time {time}");
                    free = NotLess(device, free, 0);
                }
            }

            engine.Status.BlocksUsed.ShouldBe(0, "all blocks come back");
            tensors ??= torch.Tensor.TotalCount; // With those that the process keeps from its first engine on.
            torch.Tensor.TotalCount.ShouldBeLessThanOrEqualTo(tensors.Value);
            freeWithout = NotLess(device, freeWithout, life * DeviceMemory.Workspace);
        }
    }

    /// <returns>What was free the first time.</returns>
    private static long NotLess(string device, long? first, long kept)
    {
        var free = DeviceMemory.FreeBytes(device);
        var lost = (first ?? free) - free;
        lost.ShouldBeLessThanOrEqualTo(DeviceMemory.Piece + kept, $"bytes of the device that were free before, of {free} now");
        return first ?? free;
    }

    private static async Task<IReadOnlyList<string>> AskAsync(EngineThread engine)
    {
        RecordingRequest[] requests = [Request(1), Request(3)];
        Array.ForEach(requests, engine.Submit);
        return await AnswersAsync(requests);
    }

    private static async Task<IReadOnlyList<string>> AnswersAsync(IEnumerable<RecordingRequest> requests)
    {
        var answers = new List<string>();
        foreach (var request in requests)
        {
            var (reason, error) = await request.Finished.WaitAsync(Deadline);
            error.ShouldBeNull();
            reason.ShouldBe(FinishReason.Length);
            answers.Add(string.Join(' ', request.Tokens));
        }

        return answers;
    }

    private static RecordingRequest Request(
        int first,
        int tokens = Tokens,
        IReadOnlyList<IReadout>? readouts = null,
        Action<int>? observe = null,
        CancellationToken cancellationToken = default) => new()
        {
            PromptIds = [.. Enumerable.Range(first, PromptLength)],
            Sampling = new SamplingParameters(),
            MaxNewTokens = tokens,
            StopTokenIds = new HashSet<int>(),
            Readouts = readouts ?? [],
            CancellationToken = cancellationToken,
            Observe = observe ?? (_ => { }),
        };

    /// <summary>A readout that asks for more than any device has, so many times.</summary>
    private sealed class Hungry(int failures) : IReadout
    {
        private int _left = failures;

        public int From => 0;

        public int End => PromptLength;

        public void Read(Decoder decoder, torch.Tensor hidden, int position)
        {
            if (_left-- > 0)
            {
                DeviceMemory.AskForTooMuch(hidden.device);
            }
        }

        public void Reset()
        {
        }
    }

    /// <summary>A readout that takes all free memory of the device the first time, and keeps it until the step is done again or it is disposed.</summary>
    private sealed class Greedy : IReadout, IDisposable
    {
        private const long Largest = 1L << 36;
        private const long Smallest = 1L << 20;

        private readonly List<torch.Tensor> _taken = [];
        private bool _isSatisfied;

        public int From => 0;

        public int End => PromptLength;

        public void Read(Decoder decoder, torch.Tensor hidden, int position)
        {
            if (!_isSatisfied)
            {
                _isSatisfied = true;
                Take(hidden.device);
            }
        }

        public void Reset() => Dispose();

        public void Dispose()
        {
            _taken.ForEach(tensor => tensor.Dispose());
            _taken.Clear();
        }

        private void Take(torch.Device device)
        {
            for (var size = Largest; size >= Smallest;)
            {
                try
                {
                    _taken.Add(torch.empty([size], dtype: torch.int8, device: device).DetachFromDisposeScope());
                }
                catch (Exception e) when (StepFailure.IsOutOfMemory(e))
                {
                    size /= 2;
                }
            }
        }
    }
}
