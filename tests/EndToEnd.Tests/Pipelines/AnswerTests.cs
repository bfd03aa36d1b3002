using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>The black-box cases of LMDeploy's pipeline that a user would try first.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private readonly Sandbox _sandbox = new();
    private Supervisor _supervisor = null!;
    private Pipeline _pipe = null!;

    public async ValueTask InitializeAsync()
    {
        _supervisor = _sandbox.StartSupervisor();
        _pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public void Infer_AnswersOneAndMany_InOrder()
    {
        var one = _pipe.Infer("What is 17 + 25?");
        one.Text.ShouldBe("42");
        one.FinishReason.ShouldBe(FinishReason.Stop);
        one.InputTokenLen.ShouldBeGreaterThan(0);

        var many = _pipe.Infer(["What is 17 + 25?", "What does a cow say?", "What is 17 + 25?"]);
        many.Select(answer => answer.Text).ShouldBe(["42", "moo", "42"]);
        many.Select(answer => answer.Index).ShouldBe([0, 1, 2]);
        _pipe.Infer(Array.Empty<string>()).ShouldBeEmpty();
    }

    [Fact]
    public void Infer_TakesMessages()
    {
        var answer = _pipe.Infer([PromptMessage.User("What is 17 + 25?")]);
        answer.Text.ShouldBe("42");
    }

    [Fact]
    public async Task Stream_JoinsToTheAnswer_AndItsLastChunkHasTheReason()
    {
        var prompts = new[] { "Tell me a story about a fox.", "What is 17 + 25?" };
        var whole = await _pipe.InferAsync(prompts);
        var texts = new[] { "", "" };
        var last = new Response[2];
        await foreach (var chunk in _pipe.StreamInferAsync(prompts))
        {
            (last[chunk.Index]?.FinishReason).ShouldBeNull("nothing follows the last chunk");
            texts[chunk.Index] += chunk.Text;
            last[chunk.Index] = chunk;
        }

        texts.ShouldBe(whole.Select(answer => answer.Text));
        last.Select(chunk => chunk.FinishReason).ShouldBe(whole.Select(answer => answer.FinishReason));
        last.Select(chunk => chunk.GenerateTokenLen).ShouldBe(whole.Select(answer => answer.GenerateTokenLen));
    }

    [Fact]
    public void MaxNewTokens_BoundsTheAnswer()
    {
        var answer = _pipe.Infer("Tell me a story about a fox.", new GenerationConfig { MaxNewTokens = 5 });
        answer.GenerateTokenLen.ShouldBe(5);
        answer.TokenIds.Count.ShouldBe(5);
        answer.FinishReason.ShouldBe(FinishReason.Length);
    }

    [Fact]
    public void BadPrompts_LeaveTheirSiblingsAlone()
    {
        var answers = _pipe.Infer(
            ["What is 17 + 25?", "What is 17 + 25?", string.Concat(Enumerable.Repeat("long ", 3000)), "bad \ud800 text"],
            [new GenerationConfig(), new GenerationConfig { ResponseFormat = ResponseFormat.Regex("(") }, new GenerationConfig(), new GenerationConfig()]);
        answers[0].Text.ShouldBe("42");
        answers[1].ErrorCode.ShouldBe("invalid_request");
        answers[1].ErrorMessage.ShouldNotBeNull().ShouldContain("regular expression", Case.Insensitive);
        answers[2].ErrorCode.ShouldBe("context_length_exceeded");
        answers[2].ErrorMessage!.ShouldMatch(@"^Input length \(\d+\) must be smaller than the model context length \(1024\)\.$");
        answers[3].ErrorCode.ShouldBe("invalid_request");
        answers.Skip(1).ShouldAllBe(answer => answer.FinishReason == FinishReason.Error);
    }

    [Fact]
    public void SinglePromptThatFails_Throws()
    {
        Should.Throw<LmDeployException>(() => _pipe.Infer(Prompt.FromText("", raw: true))).Code.ShouldBe("invalid_request");
        Should.Throw<LmDeployException>(() => _pipe.Infer(string.Concat(Enumerable.Repeat("long ", 3000)))).Message
            .ShouldMatch(@"^Input length \(\d+\) must be smaller than the model context length \(1024\)\.$");
        Should.Throw<LmDeployException>(() => _pipe.StreamInfer(Prompt.FromText("", raw: true)).ToList()).Code.ShouldBe("invalid_request");
    }

    [Fact]
    public void StopWords_CutTheTextAcrossTokenBorders()
    {
        const string story = "Tell me a story about a fox.";
        var whole = _pipe.Infer(story);
        var stop = whole.Text.Substring(whole.Text.Length / 2, 7);
        var answer = _pipe.Infer(story, new GenerationConfig { StopWords = [stop] });
        answer.FinishReason.ShouldBe(FinishReason.Stop);
        answer.StopWord.ShouldBe(stop);
        answer.Text.ShouldBe(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)]);
        answer.GenerateTokenLen.ShouldBeLessThan(whole.GenerateTokenLen);
    }

    [Fact]
    public void Sampling_RepeatsWithItsSeed_AndDiffersWithout()
    {
        var config = new GenerationConfig { DoSample = true, Temperature = 1.5, TopK = 0, MaxNewTokens = 40, RandomSeed = 11 };
        var prompts = Enumerable.Repeat("Tell me a story about a fox.", 3).ToList();
        _pipe.Infer(prompts, config).Select(answer => answer.Text).Distinct().Count().ShouldBe(1);
        _pipe.Infer(prompts, config with { RandomSeed = null }).Select(answer => answer.Text).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Logprobs_ComeForEachToken_AndPerplexityFollowsFromPromptLogprobs()
    {
        var answer = _pipe.Infer("What is 17 + 25?", new GenerationConfig { Logprobs = 3, PromptLogprobs = true });
        answer.Logprobs!.Count.ShouldBe(answer.GenerateTokenLen);
        for (var i = 0; i < answer.GenerateTokenLen; i++)
        {
            answer.Logprobs[i].Keys.ShouldContain(answer.TokenIds[i]);
            answer.Logprobs[i].Count.ShouldBeInRange(3, 4);
        }

        answer.PromptLogprobs!.Count.ShouldBe(answer.InputTokenLen - 1);
        _pipe.GetPpl(answer.PromptTokenIds).ShouldBe(-answer.PromptLogprobs.Average(), 1e-4);
    }

    [Fact]
    public void Session_RemembersTurns()
    {
        var chat = _pipe.StartSession();
        chat.Chat("What is 17 + 25?").Text.ShouldBe("42");
        chat.Chat("What does a cow say?");
        chat.History.Count.ShouldBe(2);
        chat.History[0].User.ShouldBe("What is 17 + 25?");
    }

    [Fact]
    public void Tokenize_AndDetokenize_GoRoundTrip()
    {
        var ids = _pipe.Tokenize("The quick brown fox, naïve: 你好 🦊");
        _pipe.Detokenize(ids).ShouldBe("The quick brown fox, naïve: 你好 🦊");
    }
}
