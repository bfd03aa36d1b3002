using System.Runtime.CompilerServices;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>==</c>, hash and <c>&lt;</c>, under a rendering's budget.</summary>
internal sealed class ValueComparer(RenderBudget budget) : IEqualityComparer<Value>
{
    public RenderBudget Budget { get; } = budget;

    public bool Equals(Value? x, Value? y)
    {
        if (ReferenceEquals(x, y))
        {
            return x is not FloatValue { Number: double.NaN };
        }

        if (x is null || y is null)
        {
            return false;
        }

        Budget.Step();
        return (x, y) switch
        {
            (StringValue left, StringValue right) => EqualTexts(left.Text, right.Text),
            (ListValue left, ListValue right) => EqualItems(left, right),
            (TupleValue left, TupleValue right) => EqualItems(left, right),
            (RangeValue left, RangeValue right) => EqualItems(left, right),
            (DictionaryValue left, DictionaryValue right) => EqualEntries(left, right),
            (DictionaryView left, DictionaryView right) when left.TypeName == right.TypeName && left.TypeName != "dict_values"
                => left.Items.Count == right.Items.Count && left.Items.All(item => Contains(right.Items, item)),
            (UndefinedValue, UndefinedValue) or (NoneValue, NoneValue) => true,
            _ => Numeric.IsNumber(x) && Numeric.IsNumber(y) && Numeric.Compare(x, y) == 0,
        };
    }

    public int GetHashCode(Value obj) => Hash(obj);

    /// <summary>A hash that equal values share, 1, 1.0 and True among them.</summary>
    public static int Hash(Value value) => value switch
    {
        StringValue text => text.Text.GetHashCode(StringComparison.Ordinal),
        FloatValue { Number: var number } when Math.Floor(number) != number || double.IsInfinity(number) => number.GetHashCode(),
        FloatValue { Number: var number } => new System.Numerics.BigInteger(number).GetHashCode(),
        TupleValue tuple => tuple.Hash,
        UndefinedValue => 1,
        NoneValue => 2,
        RangeValue range => range.Count,
        _ => Numeric.TryInteger(value, out var integer) ? integer.GetHashCode() : RuntimeHelpers.GetHashCode(value),
    };

    /// <summary>Python's <c>item in items</c>.</summary>
    public bool Contains(IEnumerable<Value> items, Value item)
    {
        foreach (var candidate in items)
        {
            Budget.Step();
            if (ReferenceEquals(candidate, item) || Equals(candidate, item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Orders two values; null when neither is less, as with NaN.</summary>
    /// <param name="sign">The Python operator, for the fault.</param>
    /// <exception cref="TemplateFault">Python does not order the two types, or one is undefined.</exception>
    public int? Order(Value x, Value y, string sign)
    {
        Budget.Step();
        if ((x as UndefinedValue ?? y as UndefinedValue) is { } undefined)
        {
            throw undefined.Fault();
        }

        return (x, y) switch
        {
            (StringValue left, StringValue right) => OrderTexts(left.Text, right.Text),
            (ListValue left, ListValue right) => OrderItems(left, right, sign),
            (TupleValue left, TupleValue right) => OrderItems(left, right, sign),
            _ when Numeric.IsNumber(x) && Numeric.IsNumber(y) => Numeric.Compare(x, y),
            _ => throw TemplateFault.Type($"'{sign}' not supported between instances of '{x.TypeName}' and '{y.TypeName}'"),
        };
    }

    private bool EqualTexts(string x, string y)
    {
        if (x.Length != y.Length)
        {
            return false;
        }

        Budget.Search(x.Length);
        return string.Equals(x, y, StringComparison.Ordinal);
    }

    private bool EqualItems(SequenceValue x, SequenceValue y)
    {
        if (x.Count != y.Count)
        {
            return false;
        }

        Budget.Enter();
        var equal = true;
        for (var i = 0; equal && i < x.Count; i++)
        {
            equal = ReferenceEquals(x[i], y[i]) || Equals(x[i], y[i]);
        }

        Budget.Leave();
        return equal;
    }

    private bool EqualEntries(DictionaryValue x, DictionaryValue y)
    {
        if (x.Entries.Count != y.Entries.Count)
        {
            return false;
        }

        Budget.Enter();
        var equal = x.Entries.All(entry => y.TryGetItem(entry.Key, out var other) && Equals(entry.Value, other));
        Budget.Leave();
        return equal;
    }

    private int? OrderItems(SequenceValue x, SequenceValue y, string sign)
    {
        Budget.Enter();
        for (var i = 0; i < x.Count && i < y.Count; i++)
        {
            if (!Equals(x[i], y[i]))
            {
                var order = Order(x[i], y[i], sign);
                Budget.Leave();
                return order;
            }
        }

        Budget.Leave();
        return x.Count.CompareTo(y.Count);
    }

    /// <summary>Orders by code points: UTF-16 puts surrogates, which stand for the highest ones, below U+E000.</summary>
    private int OrderTexts(string x, string y)
    {
        var common = x.AsSpan().CommonPrefixLength(y);
        Budget.Search(common);
        if (common == x.Length || common == y.Length)
        {
            return x.Length.CompareTo(y.Length);
        }

        var (left, right) = (x[common], y[common]);
        return char.IsSurrogate(left) == char.IsSurrogate(right) ? left.CompareTo(right) : char.IsSurrogate(left) && right >= '\ue000' ? 1
            : char.IsSurrogate(right) && left >= '\ue000' ? -1 : left.CompareTo(right);
    }
}
