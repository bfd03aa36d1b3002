using System.Text.Json;
using LmDeploy.Limits;
using LmDeploy.Supervisor.Http.Chat;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Tokenization;

/// <summary><c>POST /tokenize</c>, in vLLM's form: a <c>prompt</c>, or <c>messages</c> for the chat template, to <c>tokens</c>.</summary>
internal sealed class TokenizeEndpoint(ModelRouter models, ServedModels served, RequestProxy proxy)
{
    private const int IdsOfPiece = 16 << 10;

    public async Task HandleAsync(HttpContext http, BodyFields fields, RequestDeadline deadline)
    {
        var prompt = PromptOf(fields);
        var model = models.Find(fields.RequiredText("model"));
        var response = await proxy.CallAsync(
            new WorkerTokenizeRequest { Prompts = { prompt } }, model.Key, [], (client, asked, options) => client.TokenizeAsync(asked, options),
            deadline.Token);
        var result = response.Results[0].Error is { } error ? throw ApiException.From(error) : response.Results[0];
        await JsonReply.WriteAsync(http, Pieces(result.Ids, served.InfoOf(model.Name)?.SessionLen ?? 0));
    }

    private static IEnumerable<Action<Utf8JsonWriter>> Pieces(IReadOnlyList<int> ids, int sessionLen)
    {
        for (var at = 0; at == 0 || at < ids.Count; at += IdsOfPiece)
        {
            var begin = at;
            yield return json => WritePiece(json, ids, begin, sessionLen);
        }
    }

    private static void WritePiece(Utf8JsonWriter json, IReadOnlyList<int> ids, int begin, int sessionLen)
    {
        if (begin == 0)
        {
            json.WriteStartObject();
            json.WriteNumber("count", ids.Count);
            json.WriteNumber("max_model_len", sessionLen);
            json.WriteStartArray("tokens");
        }

        var end = Math.Min(begin + IdsOfPiece, ids.Count);
        for (var i = begin; i < end; i++)
        {
            json.WriteNumberValue(ids[i]);
        }

        if (end == ids.Count)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static Prompt PromptOf(BodyFields fields)
    {
        if (fields.Has("prompt") == fields.Has("messages"))
        {
            throw ApiException.Invalid("Either prompt or messages is needed.", "prompt");
        }

        return fields.Text("prompt") is { } text
            ? TextLimits.Problem(text.Length) is { } problem
                ? throw ApiException.Invalid(problem, "prompt")
                : new Prompt { Text = text, Raw = true, AddSpecialTokens = fields.Flag("add_special_tokens") ?? true }
            : new Prompt
            {
                Messages = ChatMessages.Normalize(fields),
                AdaptCalls = true,
                Tools = fields.Array("tools")?.GetRawText() ?? "",
                TemplateArguments = Http.TemplateArguments.Read(fields),
                AddGenerationPrompt = fields.Flag("add_generation_prompt") ?? true,
            };
    }
}
