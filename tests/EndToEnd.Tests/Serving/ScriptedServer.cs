using System.Text;
using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.Tests.Parrots;
using Microsoft.Extensions.AI;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Models that say what they are told, behind a server and a pipeline. An answer is asked for in every way, and they have to agree.</summary>
public sealed class ScriptedServer : IAsyncLifetime
{
    /// <summary>A model whose thoughts and calls stand between words of their own, some of which are special tokens.</summary>
    public const string Tagged = "tagged";

    /// <summary>A model whose words for thoughts are special tokens.</summary>
    public const string Special = "special";

    /// <summary>A model that answers as GPT-OSS does.</summary>
    public const string Harmony = "harmony";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parrots");
    private readonly Sandbox _sandbox = new();
    private readonly Dictionary<string, Parrot> _parrots = new(StringComparer.Ordinal)
    {
        [Tagged] = new(["[TOOL_CALLS]", "[ARGS]", "<|python_tag|>", "<|box|>"], ["<think>", "</think>", "<tool_call>", "</tool_call>"]),
        [Special] = new(["<think>", "</think>", "[THINK]", "[/THINK]", "<|box|>"], ["<tool_call>", "</tool_call>"]),
        [Harmony] = new(["<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>", "<|call|>", "<|constrain|>"], []),
    };

    private readonly Dictionary<(string Model, string Text), string> _questions = [];
    private Supervisor _supervisor = null!;
    private Dictionary<string, Pipeline> _pipelines = null!;

    internal Server Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var script in ScriptedAnswer.All)
        {
            _questions.TryAdd((script.Model, script.Text), _parrots[script.Model].Say(script.Text));
        }

        foreach (var (name, parrot) in _parrots)
        {
            parrot.Write(Path.Combine(_folder.FullName, name));
        }

        Server = await Server.StartAsync([.. _parrots.Keys.Select(name => Path.Combine(_folder.FullName, name))]);
        _supervisor = _sandbox.StartSupervisor();
        _pipelines = [];
        foreach (var name in _parrots.Keys)
        {
            _pipelines[name] = await Pipeline.CreateAsync(Path.Combine(_folder.FullName, name), supervisor: _supervisor);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pipeline in _pipelines.Values)
        {
            await pipeline.DisposeAsync();
        }

        await _supervisor.DisposeAsync();
        await _sandbox.DisposeAsync();
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    internal async Task<AnswerParts> AskAsync(ScriptedAnswer script)
    {
        var (status, body) = await Server.PostAsync("/v1/chat/completions", BodyOf(script, streams: false));
        status.ShouldBe(200, body.ToString());
        return AnswerParts.Of(body.GetProperty("choices")[0]);
    }

    internal async Task<AnswerParts> StreamAsync(ScriptedAnswer script)
    {
        var parts = new StreamedParts();
        await foreach (var piece in EventReader.StreamAsync(Server.Http, "/v1/chat/completions", BodyOf(script, streams: true)))
        {
            parts.Add(piece);
        }

        return parts.Joined;
    }

    internal async Task<AnswerParts> AskClientAsync(ScriptedAnswer script)
    {
        var options = new ChatOptions
        {
            Temperature = 0,
            StopSequences = script.Stop.Length > 0 ? [script.Stop] : null,
            AllowMultipleToolCalls = script.IsSingleCall ? false : null,
        };
        if (script.HasTools)
        {
            options.Tools = [AIFunctionFactory.Create((string text, int n) => $"{text}{n}", "f"), AIFunctionFactory.Create(() => 1, "g")];
        }

        // The template's variable `think` is not among what options can say.
        return AnswerParts.Of(await _pipelines[script.Model].AsIChatClient().GetResponseAsync(QuestionOf(script), options));
    }

    internal string QuestionOf(ScriptedAnswer script) => _questions[(script.Model, script.Text)];

    private string BodyOf(ScriptedAnswer script, bool streams)
    {
        var body = new Dictionary<string, object>
        {
            ["model"] = script.Model,
            ["messages"] = new[] { new { role = "user", content = QuestionOf(script) } },
            ["temperature"] = 0,
            ["stream"] = streams,
            ["chat_template_kwargs"] = new { think = script.IsThinking },
            ["parallel_tool_calls"] = !script.IsSingleCall,
        };
        if (script.Stop.Length > 0)
        {
            body["stop"] = script.Stop;
        }

        if (script.HasTools)
        {
            body["tools"] = new[] { Tool("f"), Tool("g") };
        }

        return JsonSerializer.Serialize(body);
    }

    private static object Tool(string name) => new
    {
        type = "function",
        function = new { name, parameters = new { type = "object", properties = new { text = new { type = "string" }, n = new { type = "integer" } } } },
    };
}
