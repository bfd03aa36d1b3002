namespace LmDeploy.Worker.Templates.Values;

/// <summary>Python's <c>None</c>.</summary>
internal sealed class NoneValue : Value
{
    public static readonly NoneValue Instance = new();

    private NoneValue()
    {
    }

    public override string TypeName => "NoneType";

    public override string ObjectName => "None";

    public override bool IsTrue => false;

    public override void WriteRepresentation(TextBuffer text) => text.Append("None");
}
