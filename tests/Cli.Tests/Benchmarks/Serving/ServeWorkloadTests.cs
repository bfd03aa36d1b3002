using LmDeploy.Cli.Benchmarks.Serving;

namespace LmDeploy.Cli.Tests.Benchmarks.Serving;

public sealed class ServeWorkloadTests
{
    private static readonly ServeWorkload _workload = new(MeanInput: 200, MeanOutput: 300, SessionLen: 100_000, VocabSize: 50, Seed: 3);

    [Fact]
    public void Draw_HasTheMeansThatWereAskedFor()
    {
        var requests = _workload.Draw(20_000, run: 0);
        requests.Average(request => request.PromptIds.Count).ShouldBe(200, 6);
        requests.Average(request => request.NewTokens).ShouldBe(300, 9);
    }

    [Fact]
    public void Draw_IsSkewed_LikeConversations()
    {
        var lengths = _workload.Draw(20_000, run: 0).Select(request => request.NewTokens).Order().ToList();

        // Of a log-normal distribution with a deviation of 0.8: median = mean / exp(0.32).
        lengths[lengths.Count / 2].ShouldBeInRange(210, 226);
    }

    [Fact]
    public void Draw_IsTheSameForTheSameSeed()
    {
        var (first, again) = (_workload.Draw(5, run: 2), _workload.Draw(5, run: 2));
        again.Select(request => request.NewTokens).ShouldBe(first.Select(request => request.NewTokens));
        again.SelectMany(request => request.PromptIds).ShouldBe(first.SelectMany(request => request.PromptIds));
    }

    [Fact]
    public void Draw_HasOtherTokensButTheSameLengthsInAnotherRun()
    {
        var (first, other) = (_workload.Draw(5, run: 0), _workload.Draw(5, run: 1));
        other.Select(request => request.PromptIds.Count).ShouldBe(first.Select(request => request.PromptIds.Count));
        other.SelectMany(request => request.PromptIds).ShouldNotBe(first.SelectMany(request => request.PromptIds));
    }

    [Fact]
    public void Draw_FitsTheSessionAndTheVocabulary()
    {
        var requests = (_workload with { SessionLen = 256 }).Draw(2_000, run: 0);
        requests.ShouldAllBe(request => request.PromptIds.Count + request.NewTokens <= 256 && request.PromptIds.Count >= 1 && request.NewTokens >= 1);
        requests.Max(request => request.PromptIds.Count).ShouldBe(128);
        requests.SelectMany(request => request.PromptIds).Distinct().Order().ShouldBe(Enumerable.Range(0, 50));
    }

    [Fact]
    public void Arrivals_ComeAtTheRate()
    {
        var arrivals = _workload.Arrivals(20_000, rate: 40);
        arrivals[^1].TotalSeconds.ShouldBe(500, 15);
        arrivals.ShouldBeInOrder();

        // Of a Poisson process the gaps are exponential: as spread as they are long.
        var gaps = arrivals.Zip(arrivals.Skip(1), (left, right) => (right - left).TotalSeconds).ToList();
        Math.Sqrt(gaps.Average(gap => gap * gap) - Math.Pow(gaps.Average(), 2)).ShouldBe(1.0 / 40, 0.001);
    }
}
