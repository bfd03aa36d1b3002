namespace LmDeploy.Text.Templates.Syntax;

/// <summary>A template that cannot be parsed; <see cref="ModelTemplate"/> adds the template's name.</summary>
internal sealed class SyntaxFault(string message, int line) : Exception(message)
{
    public int Line { get; } = line;
}
