using System.Text.Json;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>Reads calls that are JSON objects or arrays of them, with white space or <c>;</c> between them.</summary>
/// <param name="end">The word that follows them; empty when they end with the answer, or before what is no JSON.</param>
internal sealed class JsonCallReader(string end) : CallReader
{
    private readonly JsonScanner _json = new();
    private readonly List<FunctionCall> _calls = [];
    private int _ended;

    /// <summary>Names the only functions that count; null for any.</summary>
    public ToolSet? Known { get; init; }

    /// <summary>Reads one call. Default: <see cref="FunctionCall.From"/>.</summary>
    public Func<JsonElement, FunctionCall?> Form { get; init; } = FunctionCall.From;

    /// <summary>Whether nothing may follow the calls.</summary>
    public bool IsWholeAnswer { get; init; }

    public override CallProgress Take(char character)
    {
        if (_json.IsInValue || character is '{' or '[' || (char.IsWhiteSpace(character) && _ended == 0))
        {
            if (_ended > 0)
            {
                return CallProgress.Failed;
            }

            var progress = _json.Take(character);
            return progress == CallProgress.Ended ? TakeValue() : progress;
        }

        return TakeBetween(character);
    }

    /// <summary>An answer that ends without the closing word has a call all the same, if the JSON is complete.</summary>
    public override CallProgress Finish() => _json.IsInValue || _calls.Count == 0 ? CallProgress.Failed : End(CallProgress.Ended);

    private CallProgress TakeBetween(char character)
    {
        if (_calls.Count == 0)
        {
            return CallProgress.Failed;
        }

        if (end.Length > 0 && character == end[_ended])
        {
            return ++_ended == end.Length ? End(CallProgress.Ended) : CallProgress.Open;
        }

        return character == ';' && _ended == 0 ? CallProgress.Open
            : end.Length == 0 && !IsWholeAnswer ? End(CallProgress.EndedBefore)
            : CallProgress.Failed;
    }

    private CallProgress TakeValue()
    {
        var found = FunctionCall.ParseAll(_json.TakeText(), Form);
        _calls.AddRange(found);
        return found.Count > 0 && (Known is null || found.All(call => Known.Has(call.Name))) ? CallProgress.Open : CallProgress.Failed;
    }

    private CallProgress End(CallProgress progress)
    {
        Calls = _calls;
        return progress;
    }
}
