using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>Answers that are text, with thoughts and calls between words of their own.</summary>
internal sealed class TaggedFormat(IReadOnlyList<ThoughtTags> thoughts, IReadOnlyList<CallSyntax> calls) : AnswerFormat
{
    public override IEnumerable<string> Words(bool readsCalls) =>
    [
        .. thoughts.SelectMany(tags => tags.Tokens.Append(tags.Begin).Append(tags.End)),
        .. readsCalls ? calls.SelectMany(syntax => syntax.Words.Prepend(syntax.Begin)) : [],
    ];

    public override IAnswerReader CreateReader(string promptEnd, ToolSet tools, bool isGuided)
    {
        if (isGuided && tools.IsEmpty)
        {
            return new PlainReader();
        }

        var end = promptEnd.TrimEnd();
        return new TaggedReader(
            isGuided ? [] : thoughts,
            tools.IsEmpty ? [] : calls,
            tools,
            !isGuided && thoughts.Any(tags => end.EndsWith(tags.Begin.TrimEnd(), StringComparison.Ordinal)));
    }
}
