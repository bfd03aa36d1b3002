using System.Collections.Concurrent;
using TorchSharp;

namespace LmDeploy.Engine.Tensors;

/// <summary>
/// The numbers that tensor operators are given. TorchSharp does not hold a <see cref="Scalar"/> while libtorch reads it: one that was made for
/// a single call may be freed during it, which fails the call or makes its result wrong. These are never freed, so they are to be constants of the model.
/// </summary>
internal static class Number
{
    private static readonly ConcurrentDictionary<double, Scalar> Reals = new();
    private static readonly ConcurrentDictionary<long, Scalar> Integers = new();

    public static Scalar Of(double value) => Reals.GetOrAdd(value, real => real.ToScalar());

    public static Scalar Of(long value) => Integers.GetOrAdd(value, integer => integer.ToScalar());
}
