using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>A built-in function, or a method bound to its value.</summary>
internal sealed class FunctionValue(string name, string typeName, Func<CallArguments, RenderContext, Value> body) : CallableValue
{
    public override string TypeName => typeName;

    public override Value Call(CallArguments arguments, RenderContext context) => body(arguments, context);

    public override void WriteRepresentation(TextBuffer text) => text.Append($"<{typeName} {name}>");
}
