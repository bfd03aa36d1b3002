using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Templates.Values;

/// <summary>
/// Jinja's <c>Undefined</c>: prints as nothing, iterates over nothing, is false; anything else done with it is a fault that says what is missing.
/// </summary>
internal sealed class UndefinedValue(string message) : Value
{
    /// <summary>What the fault says when the value is used.</summary>
    public string Message { get; } = message;

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public override int? Length => 0;

    public static UndefinedValue Variable(string name) => new($"'{name}' is undefined");

    public static UndefinedValue Attribute(Value owner, string name, RenderBudget budget) =>
        new($"{TextBuffer.Representation(new StringValue(owner.ObjectName), budget)} has no attribute "
            + $"{TextBuffer.Representation(new StringValue(name), budget)}");

    public static UndefinedValue Item(Value owner, Value key, RenderBudget budget) => key is StringValue name
        ? Attribute(owner, name.Text, budget)
        : new($"{owner.ObjectName} has no element {TextBuffer.Representation(key, budget)}");

    public TemplateFault Fault() => new(Message);

    public override IEnumerable<Value> Iterate() => [];

    public override bool TryGetItem(Value key, [NotNullWhen(true)] out Value? item) => throw Fault();

    public override void WriteText(TextBuffer text)
    {
    }

    public override void WriteRepresentation(TextBuffer text) => text.Append("Undefined");
}
