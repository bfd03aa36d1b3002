using System.Collections.Frozen;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>The methods of Python's <c>list</c>, <c>tuple</c> and <c>range</c> that do not change them.</summary>
internal static class SequenceMethods
{
    public static readonly FrozenDictionary<string, Method> All = new Dictionary<string, Method>
    {
        ["count"] = (self, arguments, context) => IntegerValue.Of(Positions(self, arguments.Bind("count", 1, "value")[0]!, context).Count()),
        ["index"] = Index,
        ["copy"] = (self, _, _) => self,
    }.ToFrozenDictionary();

    private static IntegerValue Index(Value self, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("index", 1, "value", "start", "stop");
        var length = RenderContext.Length(self);
        var start = Bound(bound[1], 0);
        var stop = Bound(bound[2], length);
        foreach (var position in Positions(self, bound[0]!, context).Where(position => position >= start && position < stop))
        {
            return IntegerValue.Of(position);
        }

        throw TemplateFault.Value($"{context.Representation(bound[0]!)} is not in {self.TypeName}");

        int Bound(Value? value, int otherwise)
        {
            var index = value is null ? otherwise : RenderContext.Index(value);
            return index < 0 ? Math.Max(index + length, 0) : index;
        }
    }

    private static IEnumerable<int> Positions(Value self, Value wanted, RenderContext context)
    {
        var position = 0;
        foreach (var item in context.Iterate(self))
        {
            if (ReferenceEquals(item, wanted) || context.Comparer.Equals(item, wanted))
            {
                yield return position;
            }

            position++;
        }
    }
}
