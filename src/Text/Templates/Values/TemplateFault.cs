namespace LmDeploy.Text.Templates.Values;

/// <summary>
/// A failure while a template runs, before it is known where: <see cref="ModelTemplate"/> adds the template's name and line.
/// Failures that Python reports by one of its own exceptions name that exception as Python would.
/// </summary>
internal sealed class TemplateFault(string message) : Exception(message)
{
    public static TemplateFault Type(string message) => new("TypeError: " + message);

    public static TemplateFault Value(string message) => new("ValueError: " + message);

    public static TemplateFault Limit(string message) => new(message);

    public static TemplateFault NotIterable(Value value) => Type($"'{value.TypeName}' object is not iterable");
}
