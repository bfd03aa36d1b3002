using System.Text;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Completions;

/// <summary>One completion as far as it has come. Not thread-safe.</summary>
/// <param name="index">Which of all of the request it is.</param>
/// <param name="isEchoAlone">Whether what is generated is left out.</param>
internal sealed class CompletionChoice(int index, bool isEchoAlone)
{
    private readonly StringBuilder _text = new();

    public int Index => index;

    /// <summary>What it begins with, when the prompt is echoed.</summary>
    public string Prompt => Started?.PromptText ?? "";

    public bool IsEchoAlone => isEchoAlone;

    public string Text => _text.ToString();

    /// <summary>The prompt as the model saw it.</summary>
    public GenerationStarted? Started { get; private set; }

    /// <summary>The tokens that were generated, when log-probabilities were asked for.</summary>
    public List<ChosenToken> Tokens { get; } = [];

    /// <summary>Null while it goes on.</summary>
    public string? FinishReason { get; private set; }

    public void Begin(GenerationStarted started)
    {
        Started = started;
        _text.Append(started.PromptText);
    }

    /// <returns>What was generated.</returns>
    public string Take(GenerationDelta delta)
    {
        if (isEchoAlone)
        {
            return "";
        }

        _text.Append(delta.Text);
        Tokens.AddRange(ChosenToken.Of(delta));
        return delta.Text;
    }

    public void Finish(GenerationFinished finished) => FinishReason = finished.Reason == V1.FinishReason.Length || isEchoAlone ? "length" : "stop";
}
