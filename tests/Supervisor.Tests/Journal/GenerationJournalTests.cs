using Google.Protobuf;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Journal;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Journal;

public sealed class GenerationJournalTests
{
    private readonly InFlightRequests _inFlight = new();

    [Fact]
    public void Attempt_FirstAsksForThePromptsAsTheyAre_EachWithANumber()
    {
        using var journal = Journal(Request("a", "b"));

        var request = new GenerationAttempt(journal, [0, 1]).Request;

        request.Prompts.Select(prompt => prompt.Prompt.Text).ShouldBe(["a", "b"]);
        request.Prompts.Select(prompt => prompt.RequestId).ShouldBe([journal[0].Id, journal[1].Id]);
        journal[0].Id.ShouldNotBe(journal[1].Id);
        journal[0].Id.ShouldNotBe(0UL);
    }

    [Fact]
    public void Attempt_AgainHasWhatIsNotFinished_AfterItsTokens()
    {
        var asked = Request("a", "b", "c");
        asked.Configs.Add(new GenerationConfig { MaxNewTokens = 9, PromptLogprobs = true });
        using var journal = Journal(asked);
        var first = new GenerationAttempt(journal, [0, 1, 2]);
        first.Take(Started(1, 7, 8)).ShouldBeTrue();
        first.Take(Delta(1, 20)).ShouldBeTrue();
        first.Take(Delta(1, 21)).ShouldBeTrue();
        first.Take(Started(0, 5)).ShouldBeTrue();
        first.Take(Finished(0)).ShouldBeTrue();

        var rest = new GenerationAttempt(journal, [1, 2]).Request;

        rest.Prompts.Count.ShouldBe(2);
        rest.Prompts[0].Prompt.TokenIds.Ids.ShouldBe([7, 8]);
        rest.Prompts[0].ResumedTokenIds.ShouldBe([20, 21]);
        rest.Prompts[0].RequestId.ShouldBe(journal[1].Id);
        rest.Configs[0].MaxNewTokens.ShouldBe(9);
        rest.Configs[0].PromptLogprobs.ShouldBeFalse("they came with the first event");
        rest.Prompts[1].Prompt.Text.ShouldBe("c");
        rest.Configs[1].PromptLogprobs.ShouldBeTrue("nothing was said of this one");
    }

    [Fact]
    public void Attempt_Again_KeepsTheTools_AndThePromptItselfWhileNoTokenHasCome()
    {
        var asked = Request("a", "b");
        asked.Prompts[0].Tools = asked.Prompts[1].Tools = "[{}]";
        using var journal = Journal(asked);
        var first = new GenerationAttempt(journal, [0, 1]);
        first.Take(Started(0, 7)).ShouldBeTrue();
        first.Take(Started(1, 8)).ShouldBeTrue();
        first.Take(Delta(1, 20)).ShouldBeTrue();

        var rest = new GenerationAttempt(journal, [0, 1]).Request;

        rest.Prompts[0].Prompt.Text.ShouldBe("a", "whether the first token keeps its space depends on what the prompt was");
        rest.Prompts[1].Prompt.TokenIds.Ids.ShouldBe([8]);
        rest.Prompts.ShouldAllBe(prompt => prompt.Prompt.Tools == "[{}]");
    }

    [Fact]
    public void InFlight_SaysHowManyWaitAndCountsEveryTokenOnce()
    {
        var journal = Journal(Request("a", "b"));
        _inFlight.Waiting.ShouldBe(2);
        var first = new GenerationAttempt(journal, [0, 1]);
        first.Take(Started(0, 5));
        first.Take(Delta(0, 20));
        _inFlight.Waiting.ShouldBe(1);
        _inFlight.GeneratedTokens.ShouldBe(1);

        var second = new GenerationAttempt(journal, [0, 1]);
        second.Take(Started(0, 5));
        second.Take(Delta(0, 21));
        journal.Dispose();

        _inFlight.Waiting.ShouldBe(0);
        _inFlight.GeneratedTokens.ShouldBe(2, "what the first worker made is not counted again");
    }

    [Fact]
    public void Take_LeavesOutTheRowsOfLogitsThatCameBefore()
    {
        var asked = Request("a");
        asked.Configs.Add(new GenerationConfig { OutputLogits = OutputLogits.All });
        using var journal = Journal(asked);
        var first = new GenerationAttempt(journal, [0]);
        first.Take(Logits(0, 1, 2)).ShouldBeTrue();
        first.Take(Logits(2, 3)).ShouldBeTrue();

        var second = new GenerationAttempt(journal, [0]);
        second.Request.Configs[0].OutputLogits.ShouldBe(OutputLogits.All, "not all of them came");
        second.Take(Logits(0, 1)).ShouldBeFalse();
        var partly = Logits(1, 2, 3, 4, 5);
        second.Take(partly).ShouldBeTrue();
        partly.PromptLogits.ShouldBe(Logits(3, 4, 5).PromptLogits);
        second.Take(Logits(5, 6)).ShouldBeTrue();
        second.Take(Started(0, 9, 9)).ShouldBeTrue();

        new GenerationAttempt(journal, [0]).Request.Configs[0].OutputLogits.ShouldBe(
            OutputLogits.Generation, "those of the prompt came before its first event");
    }

    [Fact]
    public void Take_MapsPositionsBackAndDropsWhatIsKnown()
    {
        using var journal = Journal(Request("a", "b"));
        var first = new GenerationAttempt(journal, [0, 1]);
        first.Take(Started(0, 5));
        first.Take(Finished(0));
        first.Take(Started(1, 6));
        first.Take(Delta(1, 30));
        first.Take(Delta(1)).ShouldBeTrue("the text that was held back");
        var second = new GenerationAttempt(journal, [1]);

        var again = Started(0, 6);
        second.Take(again).ShouldBeFalse();
        again.Index.ShouldBe(1);
        second.Take(Delta(0)).ShouldBeFalse("the caller has it");
        second.IsFinished.ShouldBeFalse();
        second.Take(Finished(0)).ShouldBeTrue();
        second.IsFinished.ShouldBeTrue();
    }

    [Theory]
    [InlineData(ErrorCodes.EngineUnavailable, false)]
    [InlineData(ErrorCodes.RequestCancelled, false)]
    [InlineData(ErrorCodes.ContextLengthExceeded, true)]
    public void Take_TellsAWorkersFarewellFromAnAnswer(string code, bool isAnswer)
    {
        using var journal = Journal(Request("a"));
        var attempt = new GenerationAttempt(journal, [0]);
        var finished = Finished(0);
        finished.Finished.Error = new Error { Code = code };

        attempt.Take(finished).ShouldBe(isAnswer);

        attempt.IsFinished.ShouldBe(isAnswer);
    }

    [Fact]
    public void Attempt_HasASeedForEachPromptThatIsSampled_AndKeepsIt()
    {
        var request = Request("a", "b");
        request.Configs.Add(new GenerationConfig { DoSample = true });
        using var journal = Journal(request);

        var first = new GenerationAttempt(journal, [0, 1]).Request;

        first.Configs.ShouldAllBe(config => config.HasRandomSeed);
        first.Configs[0].RandomSeed.ShouldNotBe(first.Configs[1].RandomSeed);
        new GenerationAttempt(journal, [1]).Request.Configs.ShouldHaveSingleItem().RandomSeed.ShouldBe(first.Configs[1].RandomSeed);
    }

    [Fact]
    public void Attempt_LeavesTheCallersSeedAlone()
    {
        var request = Request("a", "b");
        request.Configs.Add(new GenerationConfig { DoSample = true, RandomSeed = 7 });
        using var journal = Journal(request);

        new GenerationAttempt(journal, [0, 1]).Request.Configs.ShouldAllBe(config => config.RandomSeed == 7);
    }

    [Fact]
    public void Constructor_RefusesConfigurationsThatFitNoPrompt()
    {
        var request = Request("a", "b", "c");
        request.Configs.Add(new GenerationConfig());
        request.Configs.Add(new GenerationConfig());

        Should.Throw<SupervisorException>(() => Journal(request)).Error.Subject.ShouldBe("configs");
    }

    [Fact]
    public void Describe_KnowsARequestUntilTheCallIsOver()
    {
        var journal = Journal(Request("a secret"));
        var attempt = new GenerationAttempt(journal, [0]);
        attempt.Take(Started(0, 5, 6, 7));
        attempt.Take(Delta(0, 30));
        var id = journal[0].Id;

        var described = _inFlight.Describe(id).ShouldNotBeNull();

        described.InputTokenLen.ShouldBe(3);
        described.GenerateTokenLen.ShouldBe(1);
        described.Fingerprint.ShouldBe(journal[0].Fingerprint);
        described.ToString().ShouldNotContain("secret");
        journal.Dispose();
        _inFlight.Describe(id).ShouldBeNull();
    }

    [Fact]
    public void Fingerprint_IsThatOfTheQuestion_NotOfTheCall()
    {
        var sampled = new GenerationConfig { DoSample = true };
        using var first = Journal(Request("a"), sampled);
        using var second = Journal(Request("b", "a"), sampled);
        using var other = Journal(Request("a"), new GenerationConfig { DoSample = true, TopK = 3 });

        second[1].Fingerprint.ShouldBe(first[0].Fingerprint);
        second[0].Fingerprint.ShouldNotBe(first[0].Fingerprint);
        other[0].Fingerprint.ShouldNotBe(first[0].Fingerprint);
    }

    [Theory]
    [InlineData(nameof(WorkerFailureKind.Crashed), true)]
    [InlineData(nameof(WorkerFailureKind.Hung), true)]
    [InlineData(nameof(WorkerFailureKind.OomKilled), true)]
    [InlineData(nameof(WorkerFailureKind.CudaError), true)]
    [InlineData(nameof(WorkerFailureKind.MemoryLimit), true)]
    [InlineData(nameof(WorkerFailureKind.Exited), true)]
    [InlineData(nameof(WorkerFailureKind.Killed), false)]
    [InlineData(nameof(WorkerFailureKind.Stopped), false)]
    public void IsAccusedOf_ThoseInTheStep_UnlessSomebodyOutsideDidIt(string kind, bool isAccused)
    {
        using var journal = Journal(Request("a", "b"));
        var failure = new WorkerFailure { Kind = Enum.Parse<WorkerFailureKind>(kind), Running = { new RunningRequest { Id = journal[0].Id } } };

        journal[0].IsAccusedOf(failure).ShouldBe(isAccused);
        journal[1].IsAccusedOf(failure).ShouldBeFalse();
    }

    [Fact]
    public void IsAccusedOf_WithoutAStepThoseThatHaveNotBegun()
    {
        using var journal = Journal(Request("a", "b"));
        new GenerationAttempt(journal, [0, 1]).Take(Started(0, 5));
        var failure = new WorkerFailure { Kind = WorkerFailureKind.Crashed };

        journal[0].IsAccusedOf(failure).ShouldBeFalse();
        journal[1].IsAccusedOf(failure).ShouldBeTrue();
    }

    private GenerationJournal Journal(GenerateRequest request, GenerationConfig? config = null)
    {
        if (config is not null)
        {
            request.Configs.Add(config);
        }

        return new GenerationJournal(request, _inFlight);
    }

    private static GenerateRequest Request(params string[] texts) => new() { Key = "k", Prompts = { texts.Select(text => new Prompt { Text = text }) } };

    /// <summary>A row of one number each.</summary>
    private static GenerationEvent Logits(int first, params float[] rows) => new()
    {
        PromptLogits = new PromptLogits
        {
            First = first,
            Rows = rows.Length,
            Logits = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(rows.AsSpan())),
        },
    };

    private static GenerationEvent Started(int index, params int[] ids) =>
        new() { Index = index, Started = new GenerationStarted { PromptTokenIds = { ids } } };

    private static GenerationEvent Delta(int index, params int[] ids) =>
        new() { Index = index, Delta = new GenerationDelta { Text = "x", TokenIds = { ids } } };

    private static GenerationEvent Finished(int index) => new() { Index = index, Finished = new GenerationFinished { Reason = FinishReason.Stop } };
}
