using System.Collections.Concurrent;
using LmDeploy.Answers;
using LmDeploy.Supervisor.Requests;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Models;

/// <summary>Knows which chat templates end the prompt with the word that begins a thought, as some models' do, so that the answer lacks it. Thread-safe.</summary>
internal sealed class ThinkingTemplates(RequestProxy proxy)
{
    private const string AnyMessages = """[{"role":"user","content":"?"}]""";

    /// <summary>Arguments come from callers; past so many nothing is kept.</summary>
    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<(string Folder, string Arguments, bool AddGenerationPrompt), bool> _known = new();

    public async ValueTask<bool> OpensThoughtAsync(RoutedModel model, Prompt prompt, CancellationToken cancellationToken)
    {
        var kind = (model.Folder, prompt.TemplateArguments, prompt.AddGenerationPrompt);
        if (_known.TryGetValue(kind, out var known))
        {
            return known;
        }

        var any = new Prompt { Messages = AnyMessages, TemplateArguments = prompt.TemplateArguments, AddGenerationPrompt = prompt.AddGenerationPrompt };
        var response = await proxy.CallAsync(
            new TokenizeRequest { Prompts = { any } }, model.Key, [], (client, asked, options) => client.TokenizeAsync(asked, options), cancellationToken);
        var opens = response.Results[0].Rendered.AsSpan().TrimEnd().EndsWith(Markers.ThinkBegin, StringComparison.Ordinal);
        if (_known.Count < MostKept)
        {
            _known[kind] = opens;
        }

        return opens;
    }
}
