namespace LmDeploy.Text.Guided.Networks;

/// <summary>A call that is under way, and the one within which it was made. Immutable, with the equality of its values.</summary>
/// <param name="count">How many times its rule is matched already; where that may be any number, no more than it has to be.</param>
internal sealed class StackFrame(CallEdge call, int count, StackFrame? below) : IEquatable<StackFrame>
{
    private readonly int _hash = HashCode.Combine(call.Rule.Start, call.To, count, below);

    public CallEdge Call => call;

    public StackFrame? Below => below;

    private int Count => count;

    /// <summary>How many more times the rule may be matched, the one under way included; null for any number.</summary>
    public int? Left => call.Most - count;

    /// <summary>Whether this call or one below it counts.</summary>
    private bool Counts { get; } = call.Least > 1 || call.Most > 1 || below is { Counts: true };

    /// <summary>The frame once the rule is matched once more; null where it may not be matched again after that.</summary>
    public StackFrame? Next()
    {
        var matched = count + 1;
        return call.Most is not { } most ? new StackFrame(call, Math.Min(matched, call.Least), below)
            : matched < most ? new StackFrame(call, matched, below)
            : null;
    }

    /// <summary>Whether what follows the call may come once the rule is matched once more.</summary>
    public bool MayEnd => count + 1 >= call.Least;

    /// <summary>A frame of smaller numbers that any text of so many bytes leads on from in the same way.</summary>
    /// <remarks>Each time a rule is matched takes a byte at least.</remarks>
    public StackFrame Clamp(int bytes)
    {
        if (!Counts)
        {
            return this;
        }

        var clamped = below?.Clamp(bytes);
        var number = Clamp(count, bytes);
        return number == count && ReferenceEquals(clamped, below) ? this : new StackFrame(call, number, clamped);
    }

    public bool Equals(StackFrame? other)
    {
        var one = this;
        while (!ReferenceEquals(one, other))
        {
            if (one is null || other is null || one._hash != other._hash || one.Count != other.Count || one.Call != other.Call)
            {
                return false;
            }

            (one, other) = (one.Below, other.Below);
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as StackFrame);

    public override int GetHashCode() => _hash;

    private int Clamp(int number, int bytes)
    {
        var isFarFromMost = call.Most is not { } most || most - number > bytes + 1;
        if (!isFarFromMost)
        {
            return number;
        }

        return number >= call.Least ? call.Least : call.Least - number > bytes + 1 ? call.Least - bytes - 2 : number;
    }
}
