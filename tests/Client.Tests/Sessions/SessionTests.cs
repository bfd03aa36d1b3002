using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Sessions;

public sealed class SessionTests : IAsyncLifetime
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
    public async Task Chat_RendersTheWholeConversationEachTurn()
    {
        var asked = new List<string>();
        _fake.OnGenerate = (request, events, _) =>
        {
            asked.Add(request.Prompts[0].Messages);
            return FakeModel.AnswerAsync(0, $"answer {asked.Count}", request.Configs[0], events);
        };
        var session = _pipeline.StartSession("Be brief.");
        (await session.ChatAsync("one").InTime()).Text.ShouldBe("answer 1");
        session.History.ShouldBe([new ChatTurn { User = "one", Assistant = "answer 1" }]);
        await session.ChatAsync("two").InTime();
        session.History.Count.ShouldBe(2);
        asked[1].ShouldBe(
            """[{"role":"system","content":"Be brief."},{"role":"user","content":"one"},"""
            + """{"role":"assistant","content":"answer 1"},{"role":"user","content":"two"}]""");
        session.Reset();
        session.History.ShouldBeEmpty();
    }

    [Fact]
    public async Task Chat_AFailedTurnIsNotRecorded()
    {
        var session = _pipeline.StartSession();
        var refused = session.ChatAsync("x", new GenerationConfig { ResponseFormat = ResponseFormat.Regex("(") }).InTime();
        (await Should.ThrowAsync<LmDeployException>(refused)).Message.ShouldBe(FakeModel.RefusedFormat);
        _fake.OnGenerate = (_, _, _) => throw FakeSupervisor.Fail(ErrorCodes.EngineUnavailable, "gone");
        await Should.ThrowAsync<PipelineFailedException>(() => session.ChatAsync("y").InTime());
        session.History.ShouldBeEmpty();
    }

    [Fact]
    public async Task StreamChat_LeftHalfwayIsNotRecordedAndFreesTheSession()
    {
        var session = _pipeline.StartSession();
        await foreach (var piece in session.StreamChatAsync("hello"))
        {
            piece.Text.ShouldNotBeEmpty();
            break;
        }

        session.History.ShouldBeEmpty();
        (await session.ChatAsync("again").InTime()).ErrorCode.ShouldBeNull();
    }

    [Fact]
    public async Task Chat_WhileBusyConflicts()
    {
        var running = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _fake.OnGenerate = async (request, events, context) =>
        {
            running.SetResult();
            await go.Task;
            await FakeModel.AnswerAsync(request, events, context);
        };
        var session = _pipeline.StartSession();
        var first = session.ChatAsync("first");
        await running.Task.InTime();
        (await Should.ThrowAsync<LmDeployException>(session.ChatAsync("second").InTime())).Code.ShouldBe("request_conflict");
        go.SetResult();
        (await first.InTime()).ErrorCode.ShouldBeNull();
        session.History.Count.ShouldBe(1);
    }
}
