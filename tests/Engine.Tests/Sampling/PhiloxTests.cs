using LmDeploy.Engine.Sampling;

namespace LmDeploy.Engine.Tests.Sampling;

public sealed class PhiloxTests
{
    [Fact]
    public void Block_MatchesTheAuthorsKnownAnswers()
    {
        // kat_vectors of Random123, "philox4x32 10".
        Philox.Block((0, 0, 0, 0), (0, 0)).ShouldBe((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u));
        const uint ones = uint.MaxValue;
        Philox.Block((ones, ones, ones, ones), (ones, ones)).ShouldBe((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu));
        Philox.Block((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822, 0x299f31d0))
            .ShouldBe((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u));
    }

    [Fact]
    public void Uniform_DependsOnSeedAndPositionAlone()
    {
        Philox.Uniform(7, 3).ShouldBe(Philox.Uniform(7, 3));
        Philox.Uniform(7, 3).ShouldNotBe(Philox.Uniform(7, 4));
        Philox.Uniform(7, 3).ShouldNotBe(Philox.Uniform(8, 3));
    }

    [Fact]
    public void Uniform_IsUniform()
    {
        const int draws = 20_000;
        var counts = new int[10];
        for (var i = 0; i < draws; i++)
        {
            var draw = Philox.Uniform(1234, i);
            draw.ShouldBeInRange(0, Math.BitDecrement(1.0));
            counts[(int)(draw * counts.Length)]++;
        }

        // Chi-squared with 9 degrees of freedom: above 33.7 once in 10,000 seeds; this seed is fixed.
        counts.Sum(count => Math.Pow(count - 2000, 2) / 2000).ShouldBeLessThan(33.7);
    }
}
