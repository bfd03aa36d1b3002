using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>The variables of a block and, through it, of the blocks around it. Assignments stay in the innermost.</summary>
/// <param name="parent">The scope around this one; null for the template's own.</param>
internal sealed class Scope(Scope? parent)
{
    private readonly Scope? _parent = parent;
    private Dictionary<string, Value>? _variables;

    /// <summary>The template's own scope.</summary>
    public Scope Root => _parent?.Root ?? this;

    public void Set(string name, Value value) => (_variables ??= [])[name] = value;

    /// <summary>The variable's value; null when no scope has it.</summary>
    public Value? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope._parent)
        {
            if (scope._variables is not null && scope._variables.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }
}
