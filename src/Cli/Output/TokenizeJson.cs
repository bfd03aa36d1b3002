namespace LmDeploy.Cli.Output;

/// <summary>The line that <c>tokenize --json</c> writes for an input.</summary>
/// <param name="Id">The input's id as JSON text.</param>
/// <param name="Ids">The tokens.</param>
/// <param name="Rendered">What the chat template made; null when none was used.</param>
/// <param name="Text">The text that was encoded, or that was decoded; null for a conversation.</param>
/// <param name="Error">Why the input has no result.</param>
internal sealed record TokenizeJson(string Id, IReadOnlyList<int> Ids, string? Rendered, string? Text, CallError? Error)
{
    public string Write() => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("id");
        json.WriteRawValue(Id);
        json.WriteIds("ids", Ids);
        json.WriteString("rendered", Rendered);
        json.WriteString("text", Text);
        if (Error is not null)
        {
            json.WriteError("error", Error);
        }

        json.WriteEndObject();
    });
}
