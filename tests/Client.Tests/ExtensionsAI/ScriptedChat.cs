using LmDeploy.V1;
using Microsoft.Extensions.AI;

namespace LmDeploy.Client.Tests.ExtensionsAI;

/// <summary>A chat client of a pipeline whose model says what a test has written for it, one text after the other.</summary>
internal sealed class ScriptedChat : IAsyncDisposable
{
    private readonly FakeSupervisor _fake;
    private readonly LmDeploy.Supervisor _supervisor;
    private readonly Queue<string> _texts;

    private ScriptedChat(FakeSupervisor fake, IEnumerable<string> texts)
    {
        (_fake, _supervisor, _texts) = (fake, fake.Connect(), new Queue<string>(texts));
        fake.OnGenerate = (request, events, _) =>
        {
            Requests.Add(request);
            return FakeModel.AnswerAsync(0, _texts.Dequeue(), request.Prompts[0], request.Configs[0], events);
        };
    }

    public Pipeline Pipeline { get; private set; } = null!;

    public IChatClient Client { get; private set; } = null!;

    /// <summary>What the model was asked.</summary>
    public List<GenerateRequest> Requests { get; } = [];

    public V1.GenerationConfig Config => Requests[^1].Configs[0];

    public string Messages => Requests[^1].Prompts[0].Messages;

    public static async Task<ScriptedChat> SayingAsync(params string[] texts)
    {
        var chat = new ScriptedChat(await FakeSupervisor.StartAsync(), texts);
        chat.Pipeline = await Pipeline.CreateAsync("/models/some", null, chat._supervisor).InTime();
        chat.Client = chat.Pipeline.AsIChatClient();
        return chat;
    }

    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
    }
}
