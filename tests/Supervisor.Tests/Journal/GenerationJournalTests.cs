using LmDeploy.Supervisor.Journal;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Journal;

public sealed class GenerationJournalTests
{
    [Fact]
    public void Ask_FirstIsTheRequestItself()
    {
        var request = Request("a", "b");
        new GenerationJournal(request).Ask().ShouldBeSameAs(request);
    }

    [Fact]
    public void Ask_AgainHasWhatIsNotFinished_AfterItsTokens()
    {
        var request = Request("a", "b", "c");
        request.Configs.Add(new GenerationConfig { MaxNewTokens = 9, PromptLogprobs = true });
        var journal = new GenerationJournal(request);
        journal.Ask();
        journal.Take(Started(1, 7, 8)).ShouldBeTrue();
        journal.Take(Delta(1, 20)).ShouldBeTrue();
        journal.Take(Delta(1, 21)).ShouldBeTrue();
        journal.Take(Started(0, 5)).ShouldBeTrue();
        journal.Take(Finished(0)).ShouldBeTrue();

        var rest = journal.Ask();

        rest.Prompts.Count.ShouldBe(2);
        rest.Prompts[0].TokenIds.Ids.ShouldBe([7, 8]);
        rest.Prompts[0].ResumedTokenIds.ShouldBe([20, 21]);
        rest.Configs[0].MaxNewTokens.ShouldBe(9);
        rest.Configs[0].PromptLogprobs.ShouldBeFalse("they came with the first event");
        rest.Prompts[1].Text.ShouldBe("c");
        rest.Configs[1].PromptLogprobs.ShouldBeTrue("nothing was said of this one");
    }

    [Fact]
    public void Take_MapsPositionsBackAndDropsWhatIsKnown()
    {
        var journal = new GenerationJournal(Request("a", "b"));
        journal.Ask();
        journal.Take(Started(0, 5));
        journal.Take(Finished(0));
        journal.Take(Started(1, 6));
        journal.Take(Delta(1, 30));
        journal.Take(Delta(1)).ShouldBeTrue("the text that was held back");
        journal.Ask();

        var again = Started(0, 6);
        journal.Take(again).ShouldBeFalse();
        again.Index.ShouldBe(1);
        journal.Take(Delta(0)).ShouldBeFalse("the caller has it");
        journal.IsFinished.ShouldBeFalse();
        journal.Take(Finished(0)).ShouldBeTrue();
        journal.IsFinished.ShouldBeTrue();
    }

    [Theory]
    [InlineData(ErrorCodes.EngineUnavailable, false)]
    [InlineData(ErrorCodes.RequestCancelled, false)]
    [InlineData(ErrorCodes.ContextLengthExceeded, true)]
    public void Take_TellsAWorkersFarewellFromAnAnswer(string code, bool isAnswer)
    {
        var journal = new GenerationJournal(Request("a"));
        journal.Ask();
        var finished = Finished(0);
        finished.Finished.Error = new Error { Code = code };

        journal.Take(finished).ShouldBe(isAnswer);

        journal.IsFinished.ShouldBe(isAnswer);
    }

    [Fact]
    public void Ask_HasASeedForEachPromptThatIsSampled_AndKeepsIt()
    {
        var request = Request("a", "b");
        request.Configs.Add(new GenerationConfig { DoSample = true });
        var journal = new GenerationJournal(request);

        var first = journal.Ask();

        first.Configs.Count.ShouldBe(2);
        first.Configs.ShouldAllBe(config => config.HasRandomSeed);
        first.Configs[0].RandomSeed.ShouldNotBe(first.Configs[1].RandomSeed);
        var seeds = first.Configs.Select(config => config.RandomSeed).ToList();
        journal.Ask().Configs.Select(config => config.RandomSeed).ShouldBe(seeds);
    }

    [Fact]
    public void Ask_LeavesSeedsAndWrongCountsAlone()
    {
        var seeded = Request("a", "b");
        seeded.Configs.Add(new GenerationConfig { DoSample = true, RandomSeed = 7 });
        new GenerationJournal(seeded).Ask().Configs.ShouldHaveSingleItem().RandomSeed.ShouldBe(7UL);

        var wrong = Request("a", "b", "c");
        wrong.Configs.Add(new GenerationConfig { DoSample = true });
        wrong.Configs.Add(new GenerationConfig { DoSample = true });
        new GenerationJournal(wrong).Ask().Configs.Count.ShouldBe(2, "the worker refuses it");
    }

    private static GenerateRequest Request(params string[] texts) => new() { Key = "k", Prompts = { texts.Select(text => new Prompt { Text = text }) } };

    private static GenerationEvent Started(int index, params int[] ids) => new() { Index = index, Started = new GenerationStarted { PromptTokenIds = { ids } } };

    private static GenerationEvent Delta(int index, params int[] ids) => new() { Index = index, Delta = new GenerationDelta { Text = "x", TokenIds = { ids } } };

    private static GenerationEvent Finished(int index) => new() { Index = index, Finished = new GenerationFinished { Reason = FinishReason.Stop } };
}
