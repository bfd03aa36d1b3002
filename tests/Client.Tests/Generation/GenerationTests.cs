using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Generation;

public sealed class GenerationTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;
    private Pipeline _pipeline = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeSupervisor.StartAsync();
        _supervisor = _fake.Connect();
        _pipeline = await Pipeline.CreateAsync("model", null, _supervisor).InTime();
    }

    public async ValueTask DisposeAsync()
    {
        await _pipeline.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
    }

    [Fact]
    public async Task Infer_JoinsTheDeltas()
    {
        var answer = await _pipeline.InferAsync("hello", new GenerationConfig { Logprobs = 2, PromptLogprobs = true }).InTime();
        answer.Text.ShouldBe("hello");
        answer.TokenIds.ShouldBe("hello".Select(c => (int)c));
        answer.PromptTokenIds.ShouldBe("hello".Select(c => (int)c));
        answer.PromptLogprobs!.Count.ShouldBe(4);
        answer.Logprobs!.Count.ShouldBe(5);
        answer.Logprobs[0]['h'].ShouldBe(-0.1f);
        answer.InputTokenLen.ShouldBe(5);
        answer.GenerateTokenLen.ShouldBe(5);
        answer.FinishReason.ShouldBe(FinishReason.Stop);
        answer.ErrorCode.ShouldBeNull();
    }

    [Theory]
    [InlineData(OutputLogits.Generation, new float[] { 'a', 'b', 'c' })]
    [InlineData(OutputLogits.All, new float[] { 0, 1, 'a', 'b', 'c' })]
    public async Task Infer_JoinsTheRowsOfLogits(OutputLogits which, float[] expected)
    {
        var answer = await _pipeline.InferAsync("abc", new GenerationConfig { OutputLogits = which }).InTime();
        answer.Logits!.Select(row => row.Span[0]).ShouldBe(expected);
        answer.Logits!.Select(row => row.Span[1]).ShouldBe(expected.Select(logit => logit + 1));
        (await _pipeline.InferAsync("abc").InTime()).Logits.ShouldBeNull();

        var pieces = await _pipeline.StreamInferAsync("abc", new GenerationConfig { OutputLogits = which }).ToListAsync();
        pieces.Select(piece => piece.Logits!.Count).ShouldBe([expected.Length - 2, 1, 1, 0]);
    }

    [Fact]
    public async Task Infer_AnswersABatchInOrder()
    {
        var answers = await _pipeline.InferAsync(["one", "two", "three"]).InTime();
        answers.Select(answer => answer.Text).ShouldBe(["one", "two", "three"]);
        answers.Select(answer => answer.Index).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task Infer_GivesAsManyAnswersAsAskedFor_EachWithItsOwnSeed()
    {
        GenerateRequest? seen = null;
        _fake.OnGenerate = (request, events, context) =>
        {
            seen = request;
            return FakeModel.AnswerAsync(request, events, context);
        };

        var answers = await _pipeline.InferAsync(["one", "two", "three"], [new() { N = 3, RandomSeed = ulong.MaxValue }, new(), new() { N = 2 }]).InTime();

        answers.Select(answer => answer.Text).ShouldBe(["one", "two", "three"]);
        answers.Select(answer => answer.Choices.Count).ShouldBe([3, 0, 2]);
        answers[0].Choices.Select(choice => (choice.Text, choice.Index, choice.Choice)).ShouldBe([("one", 0, 0), ("one", 0, 1), ("one", 0, 2)]);
        answers[2].Choices.Select(choice => (choice.Text, choice.Index, choice.Choice)).ShouldBe([("three", 2, 0), ("three", 2, 1)]);
        seen!.Configs.Select(config => config.HasRandomSeed ? config.RandomSeed : (ulong?)null).ShouldBe([ulong.MaxValue, 0, 1, null, null, null]);
    }

    [Fact]
    public async Task Chat_OfSeveralAnswersIsAnError()
    {
        var chat = _pipeline.StartSession().ChatAsync("hello", new GenerationConfig { N = 2 }).InTime();
        var error = await Should.ThrowAsync<LmDeployException>(chat);
        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Message.ShouldContain("n must be 1, got 2");
    }

    [Fact]
    public async Task Infer_OfNothingIsNothing() => (await _pipeline.InferAsync(Array.Empty<Prompt>()).InTime()).ShouldBeEmpty();

    [Fact]
    public async Task Infer_TakesConversations()
    {
        PromptMessage[] conversation = [PromptMessage.System("Be \"brief\".\n"), PromptMessage.User("Hi \u00e9")];
        var answer = await _pipeline.InferAsync(conversation).InTime();
        answer.Text.ShouldBe(
            "[{\"role\":\"system\",\"content\":\"Be \\\"brief\\\".\\u000a\"},{\"role\":\"user\",\"content\":\"Hi \u00e9\"}]"[..answer.Text.Length]);
        (await _pipeline.InferAsync(new[] { conversation, conversation }).InTime()).Count.ShouldBe(2);
        (await _pipeline.InferAsync([PromptMessage.System("Be \"brief\".\n"), PromptMessage.User("Hi \u00e9")]).InTime()).Text.ShouldBe(answer.Text);
        (await _pipeline.InferAsync([[PromptMessage.User("one")], "two", Prompt.FromTokenIds([3])]).InTime()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Infer_TakesAConfigurationForEachPrompt()
    {
        var answers = await _pipeline.InferAsync(
            ["abcdef", "abcdef"], [new GenerationConfig { MaxNewTokens = 2 }, new GenerationConfig { MaxNewTokens = 4 }]).InTime();
        answers.Select(answer => answer.Text).ShouldBe(["ab", "abcd"]);
        answers.ShouldAllBe(answer => answer.FinishReason == FinishReason.Length);
    }

    [Fact]
    public void Infer_WithTooFewConfigurationsThrowsAtOnce()
    {
        var e = Should.Throw<ArgumentException>(() => { _ = _pipeline.InferAsync(["a", "b"], [new GenerationConfig()]); });
        e.Message.ShouldContain("2 prompts, 1 configurations");
        Should.Throw<ArgumentException>(() => { _ = _pipeline.StreamInferAsync(["a"], [new GenerationConfig(), new GenerationConfig()]); });
    }

    [Fact]
    public async Task Infer_ARefusedFormatIsAnErrorOfThatPrompt()
    {
        var answers = await _pipeline.InferAsync(
            ["a", "b"], [new GenerationConfig { ResponseFormat = ResponseFormat.Regex("(") }, new GenerationConfig()]).InTime();
        answers[0].FinishReason.ShouldBe(FinishReason.Error);
        answers[0].ErrorCode.ShouldBe("invalid_request");
        answers[0].ErrorMessage.ShouldBe(FakeModel.RefusedFormat);
        answers[1].Text.ShouldBe("b");
    }

    [Fact]
    public async Task Infer_InvalidUtf16FailsAloneAndIsNotSent()
    {
        var answers = await _pipeline.InferAsync(["a", "x\ud800y", "c"]).InTime();
        answers[1].FinishReason.ShouldBe(FinishReason.Error);
        answers[1].ErrorCode.ShouldBe("invalid_request");
        answers[1].ErrorMessage!.ShouldContain("position 1");
        answers[1].Index.ShouldBe(1);
        answers[0].Text.ShouldBe("a");
        answers[2].Text.ShouldBe("c");
        answers[2].Index.ShouldBe(2);
    }

    [Fact]
    public async Task StreamInfer_GivesDeltasAndCumulativeLengths()
    {
        var pieces = new List<Response>();
        await foreach (var piece in _pipeline.StreamInferAsync(["ab", "cde"]))
        {
            pieces.Add(piece);
        }

        var second = pieces.Where(piece => piece.Index == 1).ToList();
        second.Select(piece => piece.Text).ShouldBe(["c", "d", "e", ""]);
        second.Select(piece => piece.GenerateTokenLen).ShouldBe([1, 2, 3, 3]);
        second.ShouldAllBe(piece => piece.InputTokenLen == 3);
        second.Select(piece => piece.FinishReason).ShouldBe([null, null, null, FinishReason.Stop]);
        second[0].PromptTokenIds.Count.ShouldBe(3);
        second.Aggregate((a, b) => a.Extend(b)).ShouldSatisfyAllConditions(
            joined => joined.Text.ShouldBe("cde"),
            joined => joined.TokenIds.Count.ShouldBe(3),
            joined => joined.PromptTokenIds.Count.ShouldBe(3),
            joined => joined.FinishReason.ShouldBe(FinishReason.Stop));
    }

    [Fact]
    public async Task StreamInfer_LeftHalfwayCancelsTheCall()
    {
        var cancelled = new TaskCompletionSource();
        _fake.OnGenerate = async (_, events, context) =>
        {
            context.CancellationToken.Register(cancelled.SetResult);
            await events.WriteAsync(new GenerationEvent { Started = new GenerationStarted() });
            await events.WriteAsync(new GenerationEvent { Delta = new GenerationDelta { Text = "a", TokenIds = { 1 } } });
            await Deadline.Never(context.CancellationToken);
        };
        await foreach (var piece in _pipeline.StreamInferAsync("x"))
        {
            piece.Text.ShouldBe("a");
            break;
        }

        await cancelled.Task.InTime();
    }

    [Fact]
    public async Task Infer_CancelledCarriesTheCallersToken()
    {
        using var cancellation = new CancellationTokenSource();
        _fake.OnGenerate = async (_, _, context) =>
        {
            await cancellation.CancelAsync();
            await Deadline.Never(context.CancellationToken);
        };
        var e = await Should.ThrowAsync<OperationCanceledException>(() => _pipeline.InferAsync("x", null, cancellation.Token).InTime());
        e.CancellationToken.ShouldBe(cancellation.Token);
    }

    [Fact]
    public async Task Infer_ThrowsWhatTheTrailerSays()
    {
        _fake.OnGenerate = (_, _, _) => throw FakeSupervisor.Fail(ErrorCodes.EngineUnavailable, "restarting");
        (await Should.ThrowAsync<PipelineFailedException>(() => _pipeline.InferAsync("x").InTime())).Code.ShouldBe("engine_unavailable");
    }

    [Fact]
    public async Task Infer_AnUnfinishedCallThrows()
    {
        _fake.OnGenerate = (_, events, _) => events.WriteAsync(new GenerationEvent { Delta = new GenerationDelta { Text = "a" } });
        (await Should.ThrowAsync<LmDeployException>(() => _pipeline.InferAsync("x").InTime())).Code.ShouldBe("internal_error");
    }

    [Fact]
    public async Task Infer_TakesLargeBatches()
    {
        var prompt = new string('x', 3000);
        var answers = await _pipeline.InferAsync([.. Enumerable.Repeat(prompt, 2000)], new GenerationConfig { MaxNewTokens = 1 }).InTime();
        answers.Count.ShouldBe(2000);
    }
}
