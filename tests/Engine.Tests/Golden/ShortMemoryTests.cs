using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Settings;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>An engine whose steps run out of memory goes on.</summary>
[Collection(TorchTests.Name)]
public sealed class ShortMemoryTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task AStepThatFailsMidway_IsDoneAgain_WithTheSameTokens()
    {
        var expected = await AnswerAsync(failures: 0);
        var actual = await AnswerAsync(failures: 2);

        actual.ShouldAllBe(request => OutcomeOf(request).Reason == FinishReason.Length);
        actual.Select(request => request.Tokens).ShouldBe(expected.Select(request => request.Tokens));
        actual[1].PromptLogprobs.Count.ShouldBe(expected[1].PromptLogprobs.Count);
    }

    [Fact]
    public async Task ARequestForWhichMemoryNeverSuffices_FailsByItself()
    {
        var requests = await AnswerAsync(failures: int.MaxValue);
        requests.Select(request => OutcomeOf(request).Reason).ShouldBe([FinishReason.Length, FinishReason.Error, FinishReason.Length]);
        OutcomeOf(requests[1]).Error!.Code.ShouldBe(ErrorCodes.OutOfMemory);
    }

    private static (FinishReason Reason, Error? Error) OutcomeOf(RecordingRequest request) => request.Finished.Result;

    /// <summary>Three requests at once; memory is short for the one in the middle, so many times.</summary>
    private static async Task<IReadOnlyList<RecordingRequest>> AnswerAsync(int failures)
    {
        var folder = Path.Combine(GoldenModel.Root, "llama3");
        var config = new EngineConfig
        {
            Device = EngineDevice.Cpu, SessionLen = 512, CacheMaxEntryCount = 100, CacheBlockSeqLen = 16, MaxPrefillTokenNum = 256,
        };
        var settings = EngineSettings.From(config);
        var (engine, _) = await EngineThread.StartAsync(
            () => { }, () => LoadedModel.Load(folder, config, settings, (_, _) => { }, CancellationToken.None), settings);
        using (engine)
        {
            RecordingRequest[] requests = [Request(1, []), Request(2, [new Hungry(failures)]), Request(3, [])];
            Array.ForEach(requests, engine.Submit);
            foreach (var request in requests)
            {
                await request.Finished.WaitAsync(Deadline);
            }

            return requests;
        }
    }

    private static RecordingRequest Request(int first, IReadOnlyList<IReadout> readouts) => new()
    {
        PromptIds = [.. Enumerable.Range(first, 70)],
        Sampling = new SamplingParameters(),
        MaxNewTokens = 20,
        StopTokenIds = new HashSet<int>(),
        Readouts = [new LikelihoodReadout([.. Enumerable.Range(first, 70)], first: 1), .. readouts],
    };

    /// <summary>A readout for which memory is short.</summary>
    private sealed class Hungry(int failures) : IReadout
    {
        private int _left = failures;

        public int From => 0;

        public int End => 70;

        public void Read(Decoder decoder, torch.Tensor hidden, int position)
        {
            if (_left-- > 0)
            {
                throw new InvalidOperationException("CUDA out of memory. Tried to allocate 2.00 GiB.");
            }
        }

        public void Reset()
        {
        }
    }
}
