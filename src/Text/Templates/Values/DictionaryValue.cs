using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>dict</c>, in insertion order; once built it does not change.</summary>
internal sealed class DictionaryValue(ValueComparer comparer) : Value
{
    private readonly OrderedDictionary<Value, Value> _entries = new(comparer);

    public override string TypeName => "dict";

    public override int? Length => _entries.Count;

    public override bool IsHashable => false;

    public IReadOnlyList<KeyValuePair<Value, Value>> Entries => _entries;

    /// <summary>Adds an entry or replaces the value of an equal key, which keeps its place. Only for whoever builds the dictionary.</summary>
    /// <exception cref="TemplateFault">The key cannot be hashed.</exception>
    public void Set(Value key, Value value) =>
        _entries[key.IsHashable ? key : throw TemplateFault.Type($"unhashable type: '{key.TypeName}'")] = value;

    public override IEnumerable<Value> Iterate() => _entries.Keys;

    public override bool TryGetItem(Value key, [NotNullWhen(true)] out Value? item)
    {
        item = null;
        return key.IsHashable && _entries.TryGetValue(key, out item);
    }

    public override void WriteRepresentation(TextBuffer text)
    {
        text.Budget.Enter();
        text.Append('{');
        for (var i = 0; i < _entries.Count; i++)
        {
            text.Budget.Step();
            if (i > 0)
            {
                text.Append(", ");
            }

            var (key, value) = _entries.GetAt(i);
            key.WriteRepresentation(text);
            text.Append(": ");
            value.WriteRepresentation(text);
        }

        text.Append('}');
        text.Budget.Leave();
    }
}
