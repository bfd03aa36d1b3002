using System.Collections.Frozen;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>The methods of Python's <c>dict</c> that do not change it.</summary>
internal static class DictionaryMethods
{
    public static readonly FrozenDictionary<string, Method> All = new Dictionary<string, Method>
    {
        ["get"] = Get,
        ["items"] = (self, _, context) => Items((DictionaryValue)self, context),
        ["keys"] = (self, _, context) => View("dict_keys", self, context, entry => entry.Key),
        ["values"] = (self, _, context) => View("dict_values", self, context, entry => entry.Value),
        ["copy"] = (self, _, _) => self,
    }.ToFrozenDictionary();

    /// <summary>Pairs of keys and values as tuples.</summary>
    public static DictionaryView Items(DictionaryValue dictionary, RenderContext context) =>
        View("dict_items", dictionary, context, entry => new TupleValue([entry.Key, entry.Value]));

    private static Value Get(Value self, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("get", 1, "key", "default");
        if (!bound[0]!.IsHashable)
        {
            throw TemplateFault.Type($"unhashable type: '{bound[0]!.TypeName}'");
        }

        return self.TryGetItem(bound[0]!, out var item) ? item : bound[1] ?? NoneValue.Instance;
    }

    private static DictionaryView View(string typeName, Value self, RenderContext context, Func<KeyValuePair<Value, Value>, Value> part)
    {
        var entries = ((DictionaryValue)self).Entries;
        context.Budget.Items(entries.Count);
        return new DictionaryView(typeName, [.. entries.Select(part)]);
    }
}
