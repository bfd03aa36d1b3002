using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Settings;
using LmDeploy.Tests.Soaks;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>A long answer costs per token what a short one does.</summary>
[Collection(TorchTests.Name)]
public sealed class AllocationTests
{
    private const int Answers = 2;

    /// <summary>The code is compiled, and compiled again, while it runs for the first time.</summary>
    private const int WarmUpTokens = 700;

    private static readonly int Tokens = Soak.Pick(1_500, 10_000);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Steps_AllocateTheSameHoweverLongTheAnswer_AndLeaveNoTensors()
    {
        var folder = SampleModel.Boulder;
        var config = new EngineConfig
        {
            Device = EngineDevice.Cpu, SessionLen = Tokens + 16, AllowLongSessionLen = true, CacheMaxEntryCount = 700, CacheBlockSeqLen = 16,
            Threads = 1,
        };
        var settings = EngineSettings.From(config);
        var (engine, _) = await EngineThread.StartAsync(
            () => { }, () => LoadedModel.Load(folder, config, settings, (_, _) => { }, CancellationToken.None), settings);
        using (engine)
        {
            var tensors = new List<long> { (await AnswerAsync(engine, WarmUpTokens)).Tensors };
            for (var answer = 0; answer < Answers; answer++)
            {
                var request = await AnswerAsync(engine, Tokens);
                request.Median(Tokens - 500, Tokens - 1).ShouldBeLessThanOrEqualTo(
                    request.Median(100, 600) + 64, "managed bytes of a step late and early in the answer");
                tensors.Add(request.Tensors);
            }

            tensors.Distinct().Count().ShouldBe(
                1, $"tensors alive at the end of {WarmUpTokens} steps and of each of {Answers} answers of {Tokens}: {string.Join(", ", tensors)}");
        }
    }

    private static async Task<MeasuredRequest> AnswerAsync(EngineThread engine, int tokens)
    {
        var request = new MeasuredRequest
        {
            PromptIds = [1, 2, 3],
            Sampling = new SamplingParameters(),
            MaxNewTokens = tokens,
            StopTokenIds = new HashSet<int>(),
        };
        engine.Submit(request);
        await request.Finished.WaitAsync(Deadline);
        return request;
    }

    private sealed class MeasuredRequest : EngineRequest
    {
        private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long[] _allocated = new long[Tokens];
        private int _count;

        public Task Finished => _finished.Task;

        public long Tensors { get; private set; }

        /// <summary>The median of the bytes from one token to the next, between two tokens.</summary>
        public double Median(int first, int last) =>
            _allocated.Skip(first).Zip(_allocated.Skip(first + 1), (before, after) => after - before).Take(last - first).Order().ElementAt((last - first) / 2);

        public override void OnPrefilled()
        {
        }

        public override bool OnToken(SampledToken token, bool isStopToken)
        {
            _allocated[_count++] = GC.GetAllocatedBytesForCurrentThread();
            Tensors = torch.Tensor.TotalCount;
            return false;
        }

        public override void OnFinished(FinishReason reason, Error? error) => _finished.SetResult();
    }
}
