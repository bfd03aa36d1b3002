using CsCheck;
using LmDeploy.Engine.Sampling;

namespace LmDeploy.Engine.Tests.Sampling;

public sealed class ContextCountsTests
{
    [Fact]
    public void Counts_AreThoseOfTheContext_HoweverItCame() =>
        Gen.Select(Gen.Int[0, 9].List[0, 60], Gen.Int[0, 60], Gen.Int[1, 7]).Sample((tokens, prompt, step) =>
        {
            var counts = new ContextCounts(prompt);
            for (var length = 0; length < tokens.Count; length += step)
            {
                counts.Advance(tokens.GetRange(0, length));
            }

            counts.Advance(tokens);
            counts.Seen.Order().ShouldBe(tokens.Distinct().Order());
            counts.Generated.OrderBy(count => count.Key).ShouldBe(tokens.Skip(prompt).CountBy(id => id).OrderBy(count => count.Key));
        });
}
