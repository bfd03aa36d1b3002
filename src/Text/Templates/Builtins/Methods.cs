using System.Collections.Frozen;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>A method of one of Python's types.</summary>
internal delegate Value Method(Value self, CallArguments arguments, RenderContext context);

/// <summary>Finds the methods of Python's types.</summary>
internal static class Methods
{
    private static readonly FrozenSet<string> ListMutators =
        FrozenSet.Create("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

    private static readonly FrozenSet<string> DictionaryMutators = FrozenSet.Create("clear", "pop", "popitem", "setdefault", "update");

    /// <summary>Whether the method would change the value, which the sandbox forbids.</summary>
    public static bool IsMutator(Value target, string name) => target switch
    {
        ListValue => ListMutators.Contains(name),
        DictionaryValue => DictionaryMutators.Contains(name),
        _ => false,
    };

    public static Method? Find(Value target, string name) => target switch
    {
        StringValue => StringMethods.All.GetValueOrDefault(name),
        DictionaryValue => DictionaryMethods.All.GetValueOrDefault(name),
        ListValue or TupleValue or RangeValue => SequenceMethods.All.GetValueOrDefault(name),
        FloatValue when name == "is_integer" => (self, _, _) => BooleanValue.Of(double.IsInteger(((FloatValue)self).Number)),
        IntegerValue when name == "bit_length" => (self, _, _) => IntegerValue.Of(System.Numerics.BigInteger.Abs(((IntegerValue)self).Number).GetBitLength()),
        _ => null,
    };
}
