using LmDeploy.V1;
using LmDeploy.Worker.Generation;
using LmDeploy.Worker.Models;
using LmDeploy.Worker.Sampling;
using LmDeploy.Worker.Scheduling;
using TorchSharp;

namespace LmDeploy.Worker.Tests.Engine;

/// <summary>A long answer costs per token what a short one does.</summary>
[Collection(TorchTests.Name)]
public sealed class AllocationTests
{
    private const int Tokens = 2_500;
    private const int Answers = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Steps_AllocateTheSameHoweverLongTheAnswer_AndLeaveNoTensors()
    {
        var folder = Path.Combine(GoldenModel.Root, "llama3");
        var config = new EngineConfig { SessionLen = Tokens + 16, CacheMaxEntryCount = 200, CacheBlockSeqLen = 16, Threads = 1 };
        var settings = EngineSettings.From(config);
        var (engine, _) = await EngineThread.StartAsync(() => { }, () => LoadedModel.Load(folder, config, settings, (_, _) => { }, CancellationToken.None), settings);
        using (engine)
        {
            var tensors = new List<long>();
            for (var answer = -1; answer < Answers; answer++)
            {
                var request = new MeasuredRequest
                {
                    PromptIds = [1, 2, 3], Sampling = new SamplingParameters(), MaxNewTokens = Tokens, StopTokenIds = new HashSet<int>(),
                };
                engine.Submit(request);
                await request.Finished.WaitAsync(Deadline);

                if (answer < 0)
                {
                    continue; // The code is still being compiled, and compiled again.
                }

                request.Median(Tokens - 500, Tokens - 1).ShouldBeLessThanOrEqualTo(request.Median(100, 600) + 64, "managed bytes of a step late and early in the answer");
                tensors.Add(request.Tensors);
            }

            tensors.Distinct().Count().ShouldBe(1, $"tensors alive at the end of each of {Answers} answers of {Tokens} steps: {string.Join(", ", tensors)}");
        }
    }

    private sealed class MeasuredRequest : EngineRequest
    {
        private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long[] _allocated = new long[Tokens];
        private int _count;

        public Task Finished => _finished.Task;

        public long Tensors { get; private set; }

        /// <summary>The median of the bytes from one token to the next, between two tokens.</summary>
        public double Median(int first, int last) => _allocated.Skip(first).Zip(_allocated.Skip(first + 1), (before, after) => after - before).Take(last - first).Order().ElementAt((last - first) / 2);

        public override void OnPrefilled(IReadOnlyList<float> promptLogprobs)
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
