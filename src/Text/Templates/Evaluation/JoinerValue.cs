using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>Jinja's <c>joiner()</c>: nothing when first called, the separator afterwards.</summary>
internal sealed class JoinerValue(Value separator) : CallableValue
{
    private bool _isUsed;

    public override string TypeName => "Joiner";

    public override string ObjectName => "jinja2.utils.Joiner object";

    public override Value Call(CallArguments arguments, RenderContext context)
    {
        var value = _isUsed ? separator : StringValue.Empty;
        _isUsed = true;
        return value;
    }

    public override void WriteRepresentation(TextBuffer text) => text.Append("<jinja2.utils.Joiner object>");
}
