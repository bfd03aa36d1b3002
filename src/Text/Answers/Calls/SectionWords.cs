namespace LmDeploy.Text.Answers.Calls;

/// <summary>The words of a section of calls behind the one that begins it.</summary>
internal sealed record SectionWords(string CallBegin, string Separator, string CallEnd, string SectionEnd)
{
    public IReadOnlyList<string> All => [CallBegin, Separator, CallEnd, SectionEnd];
}
