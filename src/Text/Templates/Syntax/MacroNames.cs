namespace LmDeploy.Text.Templates.Syntax;

/// <summary>Which of the names that change how a macro is called its body uses.</summary>
internal sealed class MacroNames
{
    public bool Rest { get; private set; }

    public bool NamedRest { get; private set; }

    public bool Caller { get; private set; }

    public void See(string name)
    {
        Rest |= name == "varargs";
        NamedRest |= name == "kwargs";
        Caller |= name == "caller";
    }
}
