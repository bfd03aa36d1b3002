using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Requests;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Tokenization;

/// <summary><c>POST /detokenize</c>, in vLLM's form: <c>tokens</c> to a <c>prompt</c>, special tokens included.</summary>
internal sealed class DetokenizeEndpoint(ModelRouter models, RequestProxy proxy)
{
    public async Task HandleAsync(HttpContext http, BodyFields fields, RequestDeadline deadline)
    {
        var ids = fields.Integers("tokens") ?? throw ApiException.Invalid("tokens is missing: an array of token ids is needed.", "tokens");
        var model = models.Find(fields.RequiredText("model"));
        var response = await proxy.CallAsync(
            new WorkerDetokenizeRequest { Inputs = { new TokenIds { Ids = { ids } } } }, model.Key, [],
            (client, asked, options) => client.DetokenizeAsync(asked, options), deadline.Token);
        var result = response.Results[0].Error is { } error ? throw ApiException.From(error) : response.Results[0];
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("prompt", result.Text);
            json.WriteEndObject();
        });
    }
}
