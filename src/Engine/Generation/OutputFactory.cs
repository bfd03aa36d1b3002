using LmDeploy.Engine.Requests;
using LmDeploy.Text.Answers;
using LmDeploy.Text.Answers.Calls;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>Creates the output of an answer: plain text, or text split into reasoning, content and tool calls. Thread-safe.</summary>
internal sealed class OutputFactory(ModelTokenizer tokenizer, AnswerFormat format)
{
    /// <summary>As many tokens as the words need that a prompt may end with, a byte a token.</summary>
    private const int TokensOfPromptEnd = 96;

    /// <param name="prompt">What is asked.</param>
    /// <param name="encoded">The same as the model sees it.</param>
    /// <param name="config">How it is answered.</param>
    /// <param name="stopWords">None is empty.</param>
    /// <exception cref="Errors.EngineException">The tools are no JSON array.</exception>
    public IAnswerOutput Create(Prompt prompt, EncodedPrompt encoded, GenerationConfig config, IReadOnlyList<string> stopWords)
    {
        var matcher = new StopWordMatcher(stopWords, config.IncludeStopStrInOutput);
        var skips = SkipsSpecialTokens(config);
        var isGuided = config.ResponseFormat is { FormatCase: not ResponseFormat.FormatOneofCase.None };
        if (config.Split is not { } split)
        {
            // An answer in a chat, and one that is held to a response format, are texts of their own. Others go on after their prompt.
            var followsText = encoded.Rendered.Length == 0 && !isGuided;
            return new TextOutput(tokenizer.CreateDecoder(id => skips && tokenizer.IsSpecial(id), followsText), matcher);
        }

        var tools = split.KeepsCalls ? ToolSet.None : PromptEncoder.ToolsOf(prompt);
        var shown = isGuided ? [] : format.Words(readsCalls: !tools.IsEmpty).Select(tokenizer.IdOf).OfType<int>().ToHashSet();
        var promptEnd = tokenizer.Decode(encoded.Ids[Math.Max(encoded.Ids.Length - TokensOfPromptEnd, 0)..], skipSpecialTokens: false);
        IAnswerReader reader = split.HasForcedCall ? new ForcedCallReader(split.ForcedCall) : format.CreateReader(promptEnd, tools, isGuided);
        return new SplitOutput(tokenizer.CreateDecoder(IsHidden, followsText: false), matcher, reader, IsHidden, split.SingleCall && !split.HasForcedCall);

        bool IsHidden(int id) => skips && tokenizer.IsSpecial(id) && !shown.Contains(id);
    }

    /// <summary>Tokens that end an answer because its format says so.</summary>
    public IEnumerable<int> EndTokens(GenerationConfig config) => config.Split is null ? [] : format.EndTokens.Select(tokenizer.IdOf).OfType<int>();

    public static bool SkipsSpecialTokens(GenerationConfig config) => !config.HasSkipSpecialTokens || config.SkipSpecialTokens;
}
