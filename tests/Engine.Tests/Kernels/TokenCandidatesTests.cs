using CsCheck;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Sampling;

namespace LmDeploy.Engine.Tests.Kernels;

public sealed class TokenCandidatesTests
{
    [Fact]
    public void Read_PutsThemInOrder_EqualOnesByTheirIds()
    {
        var (ids, logits) = TokenCandidates.Read(Row((7, 1.5f), (3, 2.5f), (9, 1.5f), (1, -4f), (2, 2.5f)))!.Value;

        ids.ShouldBe([2, 3, 7, 9, 1]);
        logits.ShouldBe([2.5f, 2.5f, 1.5f, 1.5f, -4f]);
    }

    [Fact]
    public void Read_SaysWhenThereWereTooMany()
    {
        var row = Row((1, 1f));
        row[0] = TokenCandidates.Most + 1;

        TokenCandidates.Read(row).ShouldBeNull();
    }

    /// <summary>What is drawn from the largest alone is what is drawn from all logits, with the same draw.</summary>
    [Fact]
    public void Draw_FromCandidates_IsTheDrawFromAllLogits() =>
        Gen.Select(Gen.Float[-8, 8].Array[300], Gen.Int[1, TokenCandidates.Wanted], Gen.Double[0.1, 2], Gen.Double[0.1, 1], Gen.ULong, Gen.Int[0, 5]).Sample(
            (logits, topK, temperature, topP, seed, position) =>
            {
                // Coarse steps make some of them equal.
                var coarse = Array.ConvertAll(logits, logit => MathF.Round(logit * 8) / 8);
                var row = new SamplingRow(
                    new SamplingParameters { DoSample = true, TopK = topK, Temperature = temperature, TopP = topP, Seed = seed },
                    [.. Enumerable.Range(1, position)],
                    position);
                var bound = coarse.OrderDescending().ElementAt(TokenCandidates.Wanted - 1);
                var largest = coarse.Select((logit, id) => (Id: id, Logit: logit)).Where(entry => entry.Logit >= bound).Reverse().ToArray();
                if (largest.Length > TokenCandidates.Most)
                {
                    return;
                }

                var (ids, candidates) = TokenCandidates.Read(Row(largest))!.Value;
                var drawn = CandidateSampler.TryChoose(ids, candidates, row);

                drawn.ShouldBe(new TokenSampler().Sample(coarse, row).Id);
            });

    private static int[] Row(params (int Id, float Logit)[] entries)
    {
        var row = new int[TokenCandidates.Integers];
        row[0] = entries.Length;
        for (var i = 0; i < entries.Length; i++)
        {
            (row[1 + (2 * i)], row[2 + (2 * i)]) = (entries[i].Id, BitConverter.SingleToInt32Bits(entries[i].Logit));
        }

        return row;
    }
}
