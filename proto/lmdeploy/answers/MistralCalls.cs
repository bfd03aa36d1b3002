namespace LmDeploy.Answers;

/// <summary>The calls after <c>[TOOL_CALLS]</c>: an array of objects in older models, <c>name[ARGS]{...}</c> or <c>name{...}</c> in newer ones, each with a word of its own.</summary>
internal static class MistralCalls
{
    public static IReadOnlyList<FunctionCall> Parse(string text)
    {
        if (text.AsSpan().TrimStart() is ['[' or '{', ..])
        {
            return FunctionCall.ParseAll(text);
        }

        var calls = new List<FunctionCall>();
        foreach (var part in text.Split(Markers.MistralBegin))
        {
            var begin = part.IndexOf('{');
            var arguments = begin > 0 ? part[begin..].Trim() : "";
            var name = begin > 0 ? part[..begin].Split(Markers.MistralArguments)[0].Split(Markers.MistralCallId)[0].Trim() : "";
            if (name.Length == 0 || !FunctionCall.IsObject(arguments))
            {
                return [];
            }

            calls.Add(new FunctionCall(name, arguments));
        }

        return calls;
    }
}
