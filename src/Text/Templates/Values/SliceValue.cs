namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>slice</c>: what stands between the brackets of <c>value[start:stop:step]</c>.</summary>
internal sealed class SliceValue(Value start, Value stop, Value step) : Value
{
    public Value Start { get; } = start;

    public Value Stop { get; } = stop;

    public Value Step { get; } = step;

    public override string TypeName => "slice";

    public override bool IsHashable => false;

    public override void WriteRepresentation(TextBuffer text) => text.AppendItems("slice(", [Start, Stop, Step], ")");
}
