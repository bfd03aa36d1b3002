using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.StepInput;
using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>What a step copies to the device before it, and from the device after it.</summary>
[Collection(TorchTests.Name)]
public sealed class StepTransferTests
{
    private const int BlockSize = 4;
    private const int Vocabulary = 400;

    [GpuFact]
    public void Inputs_OfADecodeStep_AreUploaded_WithRowsThatWriteNothing()
    {
        using var device = new Device();
        using var inputs = new StepInputs(rows: 8, entries: 64, GpuHost.Device);
        var batch = new StepBatch([Slice([7], 9, 1), Slice([-1], 2, 5)]);
        inputs.Holds(batch).ShouldBeTrue();
        inputs.Fill(batch, rows: 4, device.Stream);

        device.Read(inputs.Tokens, 4).ShouldBe([7, -1, 0, 0]);
        device.Read(inputs.Positions, 4).ShouldBe([9, 2, 0, 0]);
        device.Read(inputs.Slots, 4).ShouldBe([(3 * BlockSize) + 1, (5 * BlockSize) + 2, -1, -1]);
        device.Read(inputs.Lengths.Lengths, 4).ShouldBe([10, 3, 0, 0]);
        device.Read(inputs.Lengths.Layout, 1).ShouldBe([3], "the width of the block tables");
        device.Read(inputs.Lengths.Tables, 6).ShouldBe([1, 2, 3, 5, BlockTable.Padding, BlockTable.Padding]);
        inputs.Prompts.Count.ShouldBe(0);
    }

    [GpuFact]
    public void Inputs_OfAStepWithPrompts_AreUploaded()
    {
        using var device = new Device();
        var batch = new StepBatch([Slice([7], 9, 1), Slice([11, 12, 13], 4, 6), Slice([.. Enumerable.Range(0, PromptTiles.Queries + 2)], 0, 9)]);
        using var inputs = StepInputs.For(batch, null, GpuHost.Device);
        inputs.Fill(batch, batch.Rows, device.Stream);

        device.Read(inputs.Tokens, batch.Rows).ShouldBe(Integers(batch.TokenIds()));
        device.Read(inputs.Positions, batch.Rows).ShouldBe(Integers(batch.Positions()));
        device.Read(inputs.Slots, batch.Rows).ShouldBe(Integers(batch.Slots()));
        var expected = new int[PromptLayout.LengthOf(batch)];
        var layout = PromptLayout.Fill(batch, expected);
        inputs.Prompts.Count.ShouldBe(layout.Count);
        device.Read(inputs.Prompts.Tables, layout.Tiles).ShouldBe(expected[..layout.Tiles]);
        device.Read(inputs.Prompts.Tiles, layout.Count * PromptTiles.Integers).ShouldBe(expected[layout.Tiles..layout.Ends]);
        device.Read(inputs.Ends, batch.Slices.Count).ShouldBe(expected[layout.Ends..layout.Length]);
        device.Read(inputs.Ends, batch.Slices.Count).ShouldBe([0, 3, batch.Rows - 1]);
    }

    /// <summary>The buffers of the host are used in turn.</summary>
    [GpuFact]
    public void Inputs_OfOneStepAfterTheOther_AreThoseOfTheLast()
    {
        using var device = new Device();
        using var inputs = new StepInputs(rows: 2, entries: 16, GpuHost.Device);
        for (var token = 0; token < 50; token++)
        {
            inputs.Fill(new StepBatch([Slice([token], 0, 1)]), rows: 1, device.Stream);
        }

        device.Read(inputs.Tokens, 1).ShouldBe([49]);
    }

    [GpuFact]
    public void Inputs_GrowWithTheSteps_AndHoldWhatTheyHeldBefore()
    {
        using var device = new Device();
        var small = new StepBatch([Slice([1, 2], 0, 1)]);
        var large = new StepBatch([Slice([.. Enumerable.Range(0, 40)], 0, 1)]);
        var first = StepInputs.For(small, null, GpuHost.Device);
        first.Holds(large).ShouldBeFalse();
        using var second = StepInputs.For(large, first, GpuHost.Device);
        second.Holds(large).ShouldBeTrue();
        second.Holds(small).ShouldBeTrue();
    }

    [GpuTheory]
    [InlineData(null)]
    [InlineData(30.0)]
    public void Outcome_BringsIdsCandidatesAndLogits(double? cap)
    {
        using var device = new Device();
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var random = new Random(3);
        var host = Enumerable.Range(0, 3 * Vocabulary).Select(_ => (random.NextSingle() * 40) - 20).ToArray();
        var logits = torch.tensor(host).view(3, Vocabulary).to(GpuHost.Device);
        var candidates = new int[3 * TokenCandidates.Integers];
        (candidates[0], candidates[1], candidates[2], candidates[3], candidates[4]) = (2, 17, Bits(1.5f), 9, Bits(2.5f));
        candidates[TokenCandidates.Integers] = TokenCandidates.Most + 1;
        var there = torch.tensor(candidates).view(3, TokenCandidates.Integers).to(GpuHost.Device);
        var ids = torch.tensor([5, 6, 7]).to(GpuHost.Device);
        torch.cuda.synchronize();
        using var outcome = new StepOutcome(mostRows: 4, cap);

        outcome.Enqueue(3, ids, there, logits, device.Stream);
        outcome.Wait();

        outcome.MostProbable.ToArray().ShouldBe([5, 6, 7]);
        var found = outcome.Candidates(0).ShouldNotBeNull();
        found.Ids.ShouldBe([9, 17]);
        found.Logits.ShouldBe([Bent(2.5f), Bent(1.5f)], 1e-6);
        outcome.Candidates(1).ShouldBeNull("there were more than there is room for");
        var rows = outcome.Logits([2, 0]).ToArray();
        rows.ShouldBe([.. host[(2 * Vocabulary)..].Select(Bent), .. host[..Vocabulary].Select(Bent)], 1e-4);

        outcome.Enqueue(1, ids, candidates: null, logits, device.Stream);
        outcome.Wait();
        outcome.MostProbable.ToArray().ShouldBe([5]);

        float Bent(float logit) => cap is { } bound ? (float)(bound * Math.Tanh(logit / bound)) : logit;
    }

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    private static int[] Integers(long[] values) => Array.ConvertAll(values, value => (int)value);

    /// <summary>A slice of a sequence whose blocks are numbered from one on.</summary>
    private static StepSlice Slice(int[] tokens, int position, int firstBlock)
    {
        var blocks = new BlockTable(BlockSize);
        for (var block = firstBlock; blocks.Capacity < position + tokens.Length; block++)
        {
            blocks.Add(block);
        }

        return new StepSlice { Blocks = blocks, Tokens = tokens, FirstPosition = position, PromptLength = position + tokens.Length };
    }

    /// <summary>A stream of the device, and a look at its memory.</summary>
    private sealed class Device : IDisposable
    {
        // The driver answers a thread that has a context, and the first tensor gives it one.
        private readonly torch.Tensor _first = torch.zeros(1, device: GpuHost.Device);

        public CudaStream Stream { get; } = new();

        public int[] Read(nint address, int count)
        {
            using var host = new PinnedBuffer(count);
            host.CopyFrom(address, count, Stream);
            Stream.Synchronize();
            return host.Span[..count].ToArray();
        }

        public void Dispose()
        {
            Stream.Dispose();
            _first.Dispose();
        }
    }
}
