namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>None</c>.</summary>
internal sealed class NoneValue : Value
{
    public static readonly NoneValue Instance = new(isEmpty: false);

    /// <summary>A list that a request leaves out: <c>None</c> in every respect, but a loop over it is empty instead of a fault.</summary>
    public static readonly NoneValue OmittedList = new(isEmpty: true);

    private readonly bool _isEmpty;

    private NoneValue(bool isEmpty) => _isEmpty = isEmpty;

    public override string TypeName => "NoneType";

    public override string ObjectName => "None";

    public override bool IsTrue => false;

    public override IEnumerable<Value>? Iterate() => _isEmpty ? [] : null;

    public override void WriteRepresentation(TextBuffer text) => text.Append("None");
}
