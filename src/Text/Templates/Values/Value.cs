using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Templates.Values;

/// <summary>A value of the template language, behaving as the Python type of the same name does. Values are immutable unless they say so.</summary>
internal abstract class Value
{
    /// <summary>The Python type's name, as error messages print it.</summary>
    public abstract string TypeName { get; }

    /// <summary>What Jinja calls the value in messages about missing attributes, such as <c>dict object</c>.</summary>
    public virtual string ObjectName => TypeName + " object";

    /// <summary>Python's <c>bool(value)</c>.</summary>
    public virtual bool IsTrue => Length != 0;

    /// <summary>Python's <c>len(value)</c>; null when the type has none.</summary>
    public virtual int? Length => null;

    /// <summary>Whether the value can be a dictionary's key.</summary>
    public virtual bool IsHashable => true;

    /// <summary>Writes Python's <c>str(value)</c>.</summary>
    public virtual void WriteText(TextBuffer text) => WriteRepresentation(text);

    /// <summary>Writes Python's <c>repr(value)</c>.</summary>
    public abstract void WriteRepresentation(TextBuffer text);

    /// <summary>Python's <c>iter(value)</c>; null when the value cannot be iterated.</summary>
    public virtual IEnumerable<Value>? Iterate() => null;

    /// <summary>Python's <c>value[key]</c>; false where Python raises <c>TypeError</c> or <c>LookupError</c>.</summary>
    public virtual bool TryGetItem(Value key, [NotNullWhen(true)] out Value? item)
    {
        item = null;
        return false;
    }

    /// <summary>An attribute that belongs to the value itself; methods of Python's types are found elsewhere.</summary>
    public virtual bool TryGetAttribute(string name, [NotNullWhen(true)] out Value? attribute)
    {
        attribute = null;
        return false;
    }
}
