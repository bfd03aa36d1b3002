using System.Text.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>Counts the tokens of a request. Answers to the same prompt count it once.</summary>
internal sealed class TokenUsage(int choicesPerPrompt)
{
    private readonly SortedSet<string> _warnings = new(StringComparer.Ordinal);
    private int _prompt;
    private int _cached;
    private int _completion;

    /// <summary>Tokens of what models thought before they answered.</summary>
    public int Reasoning { get; set; }

    /// <summary>What of the request is not kept to.</summary>
    public IReadOnlyCollection<string> Warnings => _warnings;

    public int Prompt => _prompt;

    public int Completion => _completion;

    /// <param name="index">Which of all answers it is.</param>
    public void Add(int index, GenerationStarted started)
    {
        _cached += index % choicesPerPrompt == 0 ? started.CachedTokens : 0;
        _warnings.UnionWith(started.Warnings);
    }

    /// <param name="index">Which of all answers it is.</param>
    /// <param name="finished">Its end.</param>
    /// <param name="isPromptAlone">Whether what was generated is left out of the answer.</param>
    public void Add(int index, GenerationFinished finished, bool isPromptAlone = false)
    {
        _prompt += index % choicesPerPrompt == 0 ? finished.InputTokenLen : 0;
        _completion += isPromptAlone ? 0 : finished.GenerateTokenLen;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", _prompt);
        json.WriteNumber("completion_tokens", _completion);
        json.WriteNumber("total_tokens", _prompt + _completion);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", _cached);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", Reasoning);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
