using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>A value that can be called: a function, a method, a macro.</summary>
internal abstract class CallableValue : Value
{
    public abstract Value Call(CallArguments arguments, RenderContext context);
}
