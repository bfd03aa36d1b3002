using LmDeploy.Text.Templates;

namespace LmDeploy.Text;

/// <summary>
/// A chat template was parsed and does not render this input: it rejects the conversation (<c>raise_exception</c>), fails
/// as Jinja would, or exceeds a bound on steps, text or nesting. <see cref="TemplateException.Line"/> is the line that was
/// being evaluated.
/// </summary>
public sealed class TemplateRenderException : TemplateException
{
    internal TemplateRenderException(ModelTemplateException error, string? folder)
        : base(error, folder)
    {
    }
}
