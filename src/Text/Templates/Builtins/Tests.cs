using System.Collections.Frozen;
using System.Numerics;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>A test: what <c>value is name(arguments)</c> asks.</summary>
internal delegate bool Test(Value value, CallArguments arguments, RenderContext context);

/// <summary>Jinja's tests.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Test> All = new Dictionary<string, Test>
    {
        ["defined"] = (value, _, _) => value is not UndefinedValue,
        ["undefined"] = (value, _, _) => value is UndefinedValue,
        ["none"] = (value, _, _) => value is NoneValue,
        ["boolean"] = (value, _, _) => value is BooleanValue,
        ["true"] = (value, _, _) => value == BooleanValue.True,
        ["false"] = (value, _, _) => value == BooleanValue.False,
        ["integer"] = (value, _, _) => value is IntegerValue,
        ["float"] = (value, _, _) => value is FloatValue,
        ["number"] = (value, _, _) => Numeric.IsNumber(value),
        ["string"] = (value, _, _) => value is StringValue,
        ["mapping"] = (value, _, _) => value is DictionaryValue,
        ["sequence"] = (value, _, _) => value is StringValue or SequenceValue or DictionaryValue or UndefinedValue,
        ["iterable"] = (value, _, _) => value is not NoneValue && value.Iterate() is not null,
        ["callable"] = (value, _, _) => value is CallableValue or UndefinedValue,
        ["escaped"] = (value, _, _) => value is StringValue { IsSafe: true },
        ["lower"] = (value, _, context) => TextCase.IsLower(context.Text(value)),
        ["upper"] = (value, _, context) => TextCase.IsUpper(context.Text(value)),
        ["odd"] = (value, _, context) => IsEqual(context.Comparer, Remainder(value, IntegerValue.Of(2), context), BigInteger.One),
        ["even"] = (value, _, context) => IsEqual(context.Comparer, Remainder(value, IntegerValue.Of(2), context), BigInteger.Zero),
        ["divisibleby"] = (value, arguments, context) =>
            IsEqual(context.Comparer, Remainder(value, arguments.Bind("divisibleby", 1, "num")[0]!, context), BigInteger.Zero),
        ["sameas"] = (value, arguments, _) => IsSame(value, arguments.Bind("sameas", 1, "other")[0]!),
        ["in"] = (value, arguments, context) => Comparison.Contains(arguments.Bind("in", 1, "seq")[0]!, value, context),
        ["filter"] = (value, _, _) => value is StringValue name && Filters.Exists(name.Text),
        ["test"] = (value, _, _) => value is StringValue name && Exists(name.Text),
        ["=="] = Comparing("=="),
        ["eq"] = Comparing("=="),
        ["equalto"] = Comparing("=="),
        ["!="] = Comparing("!="),
        ["ne"] = Comparing("!="),
        [">"] = Comparing(">"),
        ["gt"] = Comparing(">"),
        ["greaterthan"] = Comparing(">"),
        [">="] = Comparing(">="),
        ["ge"] = Comparing(">="),
        ["<"] = Comparing("<"),
        ["lt"] = Comparing("<"),
        ["lessthan"] = Comparing("<"),
        ["<="] = Comparing("<="),
        ["le"] = Comparing("<="),
    }.ToFrozenDictionary();

    public static bool Exists(string name) => All.ContainsKey(name);

    public static Test? Find(string name) => All.GetValueOrDefault(name);

    private static Test Comparing(string sign) => (value, arguments, context) =>
        Comparison.Holds(sign, value, arguments.Bind(sign, 1, "other")[0]!, context);

    private static Value Remainder(Value value, Value divisor, RenderContext context) => Arithmetic.Apply("%", value, divisor, context);

    private static bool IsEqual(ValueComparer comparer, Value remainder, BigInteger wanted) => comparer.Equals(remainder, IntegerValue.Of(wanted));

    /// <summary>Python's <c>is</c>, as far as it can be told: small integers and equal literals are one object there.</summary>
    private static bool IsSame(Value value, Value other) => ReferenceEquals(value, other)
        || (value is NoneValue && other is NoneValue)
        || (value is IntegerValue x && other is IntegerValue y && x.Number == y.Number)
        || (value is StringValue a && other is StringValue b && a.Text == b.Text);
}
