namespace LmDeploy.Text.Answers.Calls;

/// <summary>The elements that an <see cref="XmlCallReader"/> reads.</summary>
/// <param name="FunctionBegin">Precedes the name of a function.</param>
/// <param name="FunctionEnd">Ends a function.</param>
/// <param name="ParameterBegin">Precedes the name of a parameter.</param>
/// <param name="ParameterEnd">Ends a value.</param>
internal sealed record XmlWords(string FunctionBegin, string FunctionEnd, string ParameterBegin, string ParameterEnd)
{
    /// <summary>Qwen3-Coder's: <c>&lt;function=NAME&gt;&lt;parameter=NAME&gt;VALUE&lt;/parameter&gt;&lt;/function&gt;</c>.</summary>
    public static XmlWords Function { get; } = new("<function=", "</function>", "<parameter=", "</parameter>");

    /// <summary>MiniMax M2's: <c>&lt;invoke name="NAME"&gt;&lt;parameter name="NAME"&gt;VALUE&lt;/parameter&gt;&lt;/invoke&gt;</c>.</summary>
    public static XmlWords Invoke { get; } = new("<invoke name=\"", "</invoke>", "<parameter name=\"", "</parameter>") { IsQuoted = true };

    /// <summary>DeepSeek's since V3.2, whose values say with <c>string="true"</c> that they are text.</summary>
    public static XmlWords Dsml { get; } = new(
        "<｜DSML｜invoke name=\"", "</｜DSML｜invoke>", "<｜DSML｜parameter name=\"", "</｜DSML｜parameter>") { IsQuoted = true };

    /// <summary>Whether names are in quotes, and line breaks at the ends of values are part of them.</summary>
    public bool IsQuoted { get; init; }
}
