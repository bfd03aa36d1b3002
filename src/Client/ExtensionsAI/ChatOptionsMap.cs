using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LmDeploy.ExtensionsAI;

/// <summary>
/// Turns chat options into a generation configuration. What is not set has what the model's generation_config.json says, else OpenAI's default: temperature and
/// top_p 1; and as many
/// tokens as the context has room for. An option that cannot be honoured is refused by its name. Options are only read.
/// </summary>
internal static class ChatOptionsMap
{
    /// <param name="pipeline">The pipeline that answers.</param>
    /// <param name="options">The options.</param>
    /// <param name="raw">What <see cref="ChatOptions.RawRepresentationFactory"/> made: the options that are set come before it. Null: nothing.</param>
    /// <exception cref="NotSupportedException">An option cannot be honoured; the message names it.</exception>
    public static GenerationConfig ToConfig(Pipeline pipeline, ChatOptions? options, GenerationConfig? raw)
    {
        CheckModel(pipeline, options?.ModelId);
        Refuse(options?.ConversationId is not null, "ConversationId: the pipeline keeps no conversations");
        Refuse(options?.ContinuationToken is not null, "ContinuationToken");
        Refuse(options?.AllowBackgroundResponses == true, "AllowBackgroundResponses");
        var config = raw ?? GenerationConfig.FromModelOrOpenAI with { MaxNewTokens = int.MaxValue };
        Refuse(config.N > 1, $"RawRepresentationFactory: N is {config.N}, but a chat has one answer");
        config = config with
        {
            MaxNewTokens = options?.MaxOutputTokens ?? config.MaxNewTokens,
            FrequencyPenalty = options?.FrequencyPenalty ?? config.FrequencyPenalty,
            PresencePenalty = options?.PresencePenalty ?? config.PresencePenalty,
            RandomSeed = options?.Seed is { } seed ? unchecked((ulong)seed) : config.RandomSeed,
            StopWords = [.. config.StopWords, .. options?.StopSequences ?? []],
            ResponseFormat = FormatOf(options?.ResponseFormat) ?? config.ResponseFormat,
        };
        config = options?.Temperature is { } temperature ? config with { DoSample = temperature > 0, Temperature = temperature } : config;
        config = options?.TopP is { } topP ? config with { TopP = topP } : config;
        config = options?.TopK is { } topK ? config with { TopK = topK } : config;
        return Additional(config, options?.AdditionalProperties);
    }

    /// <summary>What <see cref="ChatOptions.RawRepresentationFactory"/> makes; null without one, and where it makes nothing.</summary>
    /// <exception cref="NotSupportedException">It makes something else.</exception>
    public static GenerationConfig? Raw(IChatClient client, ChatOptions? options) => options?.RawRepresentationFactory?.Invoke(client) switch
    {
        null => null,
        GenerationConfig config => config,
        var other => throw new NotSupportedException(
            $"ChatOptions.RawRepresentationFactory made a {other.GetType().Name}; it must make a {nameof(GenerationConfig)} or null."),
    };

    /// <summary>The variables of the chat template that options ask for, a JSON object; null for none.</summary>
    public static string? TemplateArguments(ChatOptions? options)
    {
        var effort = options?.Reasoning?.Effort;
        return effort is null ? null : new JsonObject
        {
            ["enable_thinking"] = effort != ReasoningEffort.None,
            ["reasoning_effort"] = effort == ReasoningEffort.None ? "low" : effort.ToString()!.ToLowerInvariant(),
        }.ToJsonString();
    }

    /// <exception cref="NotSupportedException">Another model is asked for.</exception>
    public static void CheckModel(Pipeline pipeline, string? model) => Refuse(
        model is not null && model != pipeline.Name, $"ModelId {model}: the pipeline has {pipeline.Name}, and no other model");

    /// <summary>The functions that may be called, by their names, with the JSON schemas of their parameters.</summary>
    /// <exception cref="NotSupportedException">A tool is no function.</exception>
    public static Dictionary<string, JsonElement?> Functions(ChatOptions? options)
    {
        var functions = new Dictionary<string, JsonElement?>(StringComparer.Ordinal);
        foreach (var tool in options?.ToolMode is NoneChatToolMode ? [] : options?.Tools ?? [])
        {
            functions[tool.Name] = tool is AIFunctionDeclaration function
                ? JsonElement.Parse(ClrSchema.Adapt(function.JsonSchema))
                : throw new NotSupportedException($"ChatOptions.Tools has {tool.Name}, a {tool.GetType().Name}: only functions can be called.");
        }

        return functions;
    }

    /// <summary>What the chat template shows the model, a JSON array; null for no tools.</summary>
    public static string? Definitions(ChatOptions? options, IReadOnlyDictionary<string, JsonElement?> functions)
        => functions.Count == 0 ? null : new JsonArray([.. functions.Select(function => new JsonObject
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = function.Key,
            ["description"] = options!.Tools!.First(tool => tool.Name == function.Key).Description,
            ["parameters"] = function.Value is { } schema ? JsonObject.Create(schema) : null,
        },
    })]).ToJsonString();

    /// <summary>Whether the answer has to be a call, and of which function; null for any.</summary>
    public static (bool IsForced, string? Function) Forced(ChatOptions? options, IReadOnlyDictionary<string, JsonElement?> functions)
    {
        if (options?.ToolMode is not RequiredChatToolMode required)
        {
            return (false, null);
        }

        var name = required.RequiredFunctionName;
        return functions.Count == 0 || (name is not null && !functions.ContainsKey(name))
            ? throw new ArgumentException($"ChatOptions.ToolMode requires {name ?? "a call"}, which is not among the tools.", nameof(options))
            : (true, name ?? (functions.Count == 1 ? functions.Keys.First() : null));
    }

    private static ResponseFormat? FormatOf(ChatResponseFormat? format) => format switch
    {
        null or ChatResponseFormatText => null,
        ChatResponseFormatJson { Schema: { } schema } => ResponseFormat.JsonSchema(ClrSchema.Adapt(schema)),
        ChatResponseFormatJson => ResponseFormat.Json(),
        _ => throw new NotSupportedException($"ChatOptions.ResponseFormat is a {format.GetType().Name}."),
    };

    private static GenerationConfig Additional(GenerationConfig config, AdditionalPropertiesDictionary? properties)
    {
        foreach (var (name, value) in properties ?? [])
        {
            config = name switch
            {
                "min_p" => config with { MinP = Number(name, value) },
                "repetition_penalty" => config with { RepetitionPenalty = Number(name, value) },
                "min_new_tokens" => config with { MinNewTokens = (int)Number(name, value) },
                "ignore_eos" => config with
                {
                    IgnoreEos = value is bool flag
                        ? flag
                        : throw new ArgumentException($"AdditionalProperties[\"{name}\"] has to be true or false.", nameof(properties)),
                },
                "logit_bias" => config with
                {
                    LogitBias = value as IReadOnlyDictionary<int, double> ?? throw new ArgumentException(
                        $"AdditionalProperties[\"{name}\"] has to be a dictionary of token ids and numbers.", nameof(properties)),
                },
                _ => throw new NotSupportedException(
                    $"ChatOptions.AdditionalProperties has {name}; known are min_p, repetition_penalty, min_new_tokens, ignore_eos and logit_bias."),
            };
        }

        return config;
    }

    private static double Number(string name, object? value) => value is IConvertible number and not string
        ? number.ToDouble(CultureInfo.InvariantCulture)
        : throw new ArgumentException($"AdditionalProperties[\"{name}\"] has to be a number.", nameof(value));

    private static void Refuse(bool isSet, string option)
    {
        if (isSet)
        {
            throw new NotSupportedException($"ChatOptions.{option}.");
        }
    }
}
