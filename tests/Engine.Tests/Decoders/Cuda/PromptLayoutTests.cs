using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Requests;
using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Tests.Decoders.Cuda;

public sealed class PromptLayoutTests
{
    private const int BlockSize = 64;

    [Fact]
    public void Fill_CutsPromptsIntoPieces_ThoseWithMostKeysFirst()
    {
        // One that decodes, a prompt of 130 from its beginning, and 20 more of one that has 300 already.
        var batch = new StepBatch([Slice(9, 1, [7]), Slice(0, 130, [3, 1, 2]), Slice(300, 20, [9, 8, 6, 5, 4])]);
        var numbers = new int[PromptLayout.LengthOf(batch)];

        var layout = PromptLayout.Fill(batch, numbers);

        layout.ShouldBe(new PromptLayout(3, 8, 20, numbers.Length));
        numbers[..8].ShouldBe([3, 1, 2, 9, 8, 6, 5, 4]);
        numbers[8..20].Chunk(PromptTiles.Integers).ShouldBe([[131, 20, 300, 3], [129, 2, 128, 0], [1, 128, 0, 0]]);
        numbers[20..].ShouldBe([0, 130, 150]);
    }

    [Fact]
    public void Fill_OfAStepThatOnlyDecodes_IsEmpty()
    {
        var batch = new StepBatch([Slice(9, 1, [7]), Slice(2, 1, [1])]);

        PromptLayout.LengthOf(batch).ShouldBe(0);
        PromptLayout.Fill(batch, []).ShouldBe(default);
    }

    private static StepSlice Slice(int first, int count, int[] blocks)
    {
        var table = new BlockTable(BlockSize);
        Array.ForEach(blocks, table.Add);
        return new StepSlice { Blocks = table, Tokens = new int[count], FirstPosition = first, PromptLength = first + count };
    }
}
