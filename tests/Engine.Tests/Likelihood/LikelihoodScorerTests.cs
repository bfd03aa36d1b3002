using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Likelihood;

/// <summary>Scores of continuations against what transformers says of the same tokens.</summary>
[Collection(TorchTests.Name)]
public sealed class LikelihoodScorerTests
{
    private const double Tolerance = 2e-3;
    private const int BlockSize = 4;

    private static readonly EngineConfig Small = new()
    {
        Device = EngineDevice.Cpu, SessionLen = 512, CacheMaxEntryCount = 512, CacheBlockSeqLen = BlockSize, MaxPrefillTokenNum = 7,
    };

    public static TheoryData<string> Families => GoldenModel.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Score_AgreesWithTransformers(string name)
    {
        var golden = GoldenModel.Read(name);
        using var model = await LoadAsync(golden.Folder, Small);
        foreach (var prompt in golden.Prompts)
        {
            foreach (var first in new[] { 1, prompt.InputIds.Length / 2, prompt.InputIds.Length - 1 })
            {
                var score = (await ScoreAsync(model, prompt.InputIds[..first], prompt.InputIds[first..])).ShouldHaveSingleItem();
                score.Error.ShouldBeNull();
                score.TokenIds.ShouldBe(prompt.InputIds[first..]);
                score.Logprobs.ShouldBe(prompt.PromptLogprobs[(first - 1)..], Tolerance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Score_TellsGreedyContinuationsFromOthers(string name)
    {
        var golden = GoldenModel.Read(name);
        using var model = await LoadAsync(golden.Folder, Small);
        foreach (var prompt in golden.Prompts.Where(prompt => prompt.DecidedTokens(Tolerance) > 0))
        {
            var greedy = prompt.GreedyIds[..prompt.DecidedTokens(Tolerance)];
            var other = greedy.ToArray();
            other[^1] = (other[^1] + 1) % 100;
            var scores = await ScoreAsync(model, prompt.InputIds, greedy, other, greedy[..1]);
            scores.Select(score => score.IsGreedy).ShouldBe([true, false, true]);
            scores[0].Logprobs.ShouldBe(prompt.GreedyLogprobs[..greedy.Length], Tolerance);
        }
    }

    [Fact]
    public async Task Score_ComputesThePromptOnce()
    {
        var golden = GoldenModel.Read("llama3");
        var prompt = golden.Prompts.MaxBy(prompt => prompt.InputIds.Length)!.InputIds;
        using var model = await LoadAsync(golden.Folder, Small);
        var scores = await ScoreAsync(model, prompt, [1, 2, 3], [4, 5], [6, 7]);
        scores[0].CachedTokens.ShouldBe(0);
        scores.Skip(1).ShouldAllBe(score => score.CachedTokens == (prompt.Length - 1) / BlockSize * BlockSize);

        using var uncached = await LoadAsync(golden.Folder, new EngineConfig(Small) { EnablePrefixCaching = false });
        var again = await ScoreAsync(uncached, prompt, [1, 2, 3], [4, 5], [6, 7]);
        again.ShouldAllBe(score => score.CachedTokens == 0);
        again.Zip(scores).ShouldAllBe(pair => Math.Abs(pair.First.Logprobs.Sum() - pair.Second.Logprobs.Sum()) < Tolerance);
    }

    [Fact]
    public async Task Score_ReadsContinuationsOfOneTokenFromOnePrefill()
    {
        var golden = GoldenModel.Read("qwen2");
        var prompt = golden.Prompts.MaxBy(prompt => prompt.InputIds.Length)!.InputIds;
        using var model = await LoadAsync(golden.Folder, Small);
        var scores = await ScoreAsync(model, prompt, [.. Enumerable.Range(0, 50).Select(id => new[] { id })]);
        scores.ShouldAllBe(score => score.CachedTokens == 0, "a second prefill would find the prompt in the cache");
        scores.Count(score => score.IsGreedy).ShouldBeLessThanOrEqualTo(1);
        scores.Sum(score => Math.Exp(score.Logprobs.Single())).ShouldBeLessThan(1);
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("gemma2")]
    public async Task Score_WithoutContinuations_IsOfThePrompt(string name)
    {
        var golden = GoldenModel.Read(name);
        using var model = await LoadAsync(golden.Folder, Small);
        foreach (var prompt in golden.Prompts)
        {
            var score = (await ScoreAsync(model, prompt.InputIds)).ShouldHaveSingleItem();
            score.TokenIds.ShouldBe(prompt.InputIds[1..]);
            score.Logprobs.ShouldBe(prompt.PromptLogprobs, Tolerance);
        }

        (await ScoreAsync(model, [1])).Single().Error.Message.ShouldContain("At least 2 tokens");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TextThatIsFarTooLong_IsRefusedByItsBeginning(bool isPrompt)
    {
        var text = string.Concat(Enumerable.Repeat("never so long ", 1 << 20));
        using var model = await LoadAsync(GoldenModel.Read("llama3").Folder, new EngineConfig(Small) { SessionLen = 64 });
        var input = new LogLikelihoodInput
        {
            Prompt = new Prompt { Text = isPrompt ? text : "a", Raw = true },
            Continuations = { new Continuation { Text = isPrompt ? "a" : text } },
        };
        var error = (await model.Likelihood
            .ScoreAsync(input, new RequestOrigin(new object(), 0), CancellationToken.None)
            .WaitAsync(TimeSpan.FromMinutes(1))).Continuations.Single().Error;
        error.Code.ShouldBe(ErrorCodes.ContextLengthExceeded);
        error.Message.ShouldContain("tokens already");
    }

    /// <summary>With room for little more than one sequence at a time, sequences give way to one another while they are read.</summary>
    [Fact]
    public async Task Score_IsTheSame_WhenSequencesGiveWay()
    {
        var golden = GoldenModel.Read("llama3");
        var longest = golden.Prompts.Max(prompt => prompt.InputIds.Length);
        using var model = await LoadAsync(
            golden.Folder, new EngineConfig(Small) { CacheMaxEntryCount = (longest / BlockSize) + 3, EnablePrefixCaching = false });
        var scores = await Task.WhenAll(golden.Prompts.Concat(golden.Prompts).Select(prompt => ScoreAsync(model, prompt.InputIds[..1], prompt.InputIds[1..])));
        foreach (var (score, prompt) in scores.Zip(golden.Prompts.Concat(golden.Prompts)))
        {
            score.Single().Logprobs.ShouldBe(prompt.PromptLogprobs, Tolerance);
        }
    }

    [Fact]
    public async Task Score_GivesWhatCannotBeScoredItsError_AndScoresTheRest()
    {
        using var model = await LoadAsync(GoldenModel.Read("llama3").Folder, new EngineConfig(Small) { SessionLen = 8 });
        var scores = await ScoreAsync(model, [1, 2, 3], [], [4, 5], [.. Enumerable.Repeat(4, 6)], [.. Enumerable.Repeat(4, 7)], [int.MaxValue]);
        scores.Select(score => score.Error?.Code).ShouldBe(
            [ErrorCodes.InvalidRequest, null, null, ErrorCodes.ContextLengthExceeded, ErrorCodes.InvalidRequest]);
        scores[2].Logprobs.Count.ShouldBe(6, "the last token is not an input");

        var bad = await ScoreAsync(model, [-1], [4], [5]);
        bad.ShouldAllBe(score => score.Error.Code == ErrorCodes.InvalidRequest);
    }

    private static Task<TextModel> LoadAsync(string folder, EngineConfig config) =>
        TextModel.LoadAsync(folder, config, () => { }, null, (_, _) => { }, CancellationToken.None);

    private static async Task<IReadOnlyList<ContinuationScore>> ScoreAsync(TextModel model, int[] prompt, params int[][] continuations)
    {
        var input = new LogLikelihoodInput
        {
            Prompt = new Prompt { TokenIds = new TokenIds { Ids = { prompt } } },
            Continuations = { continuations.Select(ids => new Continuation { TokenIds = new TokenIds { Ids = { ids } } }) },
        };
        return (await model.Likelihood
            .ScoreAsync(input, new RequestOrigin(new object(), 0), CancellationToken.None)
            .WaitAsync(TimeSpan.FromMinutes(1))).Continuations;
    }
}
