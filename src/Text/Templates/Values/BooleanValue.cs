namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>bool</c>, which also counts as the integer 0 or 1.</summary>
internal sealed class BooleanValue : Value
{
    public static readonly BooleanValue True = new(true);
    public static readonly BooleanValue False = new(false);

    private readonly bool _value;

    private BooleanValue(bool value) => _value = value;

    public override string TypeName => "bool";

    public override bool IsTrue => _value;

    public static BooleanValue Of(bool value) => value ? True : False;

    public override void WriteRepresentation(TextBuffer text) => text.Append(_value ? "True" : "False");
}
