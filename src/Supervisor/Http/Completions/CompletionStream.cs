namespace LmDeploy.Supervisor.Http.Completions;

/// <summary>Sends completions as they come. Not thread-safe.</summary>
internal sealed class CompletionStream(EventStream events, CompletionJson json)
{
    private readonly Dictionary<int, int> _sent = [];

    /// <summary>Sends what is new: text, tokens or the end.</summary>
    public async ValueTask WriteAsync(CompletionChoice choice, string text)
    {
        var isNew = _sent.TryAdd(choice.Index, 0);
        if (text.Length == 0 && choice.FinishReason is null && !(isNew && choice.Prompt.Length > 0))
        {
            return;
        }

        events.Write(writer => json.WritePiece(writer, choice, isNew ? choice.Prompt + text : text, _sent[choice.Index], isNew));
        _sent[choice.Index] = choice.Tokens.Count;
        await events.FlushAsync();
    }
}
