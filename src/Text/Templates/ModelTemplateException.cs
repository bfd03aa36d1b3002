using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Templates;

/// <summary>A chat template that cannot be parsed (<c>invalid_template</c>) or rendered (<c>preprocess_failed</c>).</summary>
/// <param name="template">The file the template came from; also the error's subject.</param>
/// <param name="line">The 1-based line of the template; 0 when the error is about the template as a whole.</param>
internal sealed class ModelTemplateException(string code, string message, string template, int line, Exception? innerException = null)
    : EngineException(code, Describe(message, template, line), template, innerException)
{
    /// <summary>The longest message in UTF-16 units; templates can make longer ones.</summary>
    private const int MaxMessageLength = LongestMessage - 512;

    /// <summary>The 1-based line of the template; 0 when the error is about the template as a whole.</summary>
    public int Line { get; } = line;

    private static string Describe(string message, string template, int line)
    {
        var text = message.Length <= MaxMessageLength ? message : message[..MaxMessageLength] + "...";
        return line > 0 ? $"{text} ({template}, line {line})" : $"{text} ({template})";
    }
}
