namespace LmDeploy.Worker.Guided.Networks;

/// <summary>Where to go on after a rule, and after the one that called it. Immutable, with the equality of its values.</summary>
internal sealed class StackFrame(int returnTo, StackFrame? below) : IEquatable<StackFrame>
{
    private readonly int _hash = HashCode.Combine(returnTo, below);

    public int ReturnTo => returnTo;

    public StackFrame? Below => below;

    public bool Equals(StackFrame? other)
    {
        var one = this;
        while (!ReferenceEquals(one, other))
        {
            if (one is null || other is null || one._hash != other._hash || one.ReturnTo != other.ReturnTo)
            {
                return false;
            }

            (one, other) = (one.Below, other.Below);
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as StackFrame);

    public override int GetHashCode() => _hash;
}
