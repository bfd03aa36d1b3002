using System.Reflection;
using LmDeploy.Models.Specs;

namespace LmDeploy.Engine.Tests.Decoders;

/// <summary>A decoder's description with one property changed.</summary>
/// <param name="Name">The path of the property; of an enumeration with its value, as in <c>Norm=Layer</c>.</param>
internal sealed record SpecChange(string Name, DecoderSpec Spec)
{
    /// <summary>Sizes that go with one another.</summary>
    public static AttentionSpec Latent { get; } = new()
    {
        Heads = 4,
        KeyValueHeads = 1,
        HeadDim = 24,
        Latent = new LatentSpec { KeyValueRank = 8, NopeDim = 8, RopeDim = 16, ValueDim = 8, NormEpsilon = 1e-5 },
    };

    /// <summary>
    /// Every property of the description and of all records in it, changed alone. A property of a new type fails until it is known here how to change it.
    /// </summary>
    public static IEnumerable<SpecChange> AllOf(DecoderSpec spec) => Of(spec, "", changed => (DecoderSpec)changed);

    private static IEnumerable<SpecChange> Of(object record, string prefix, Func<object, DecoderSpec> into)
    {
        foreach (var property in record.GetType().GetProperties().Where(property => property.SetMethod is not null))
        {
            var (path, value) = (prefix + property.Name, property.GetValue(record));
            if (value is not null && IsRecord(property.PropertyType))
            {
                foreach (var change in Of(value, path + ".", changed => into(With(record, property, changed))))
                {
                    yield return change;
                }
            }

            foreach (var other in Others(property, value))
            {
                var name = other is Enum ? $"{path}={other}" : path;
                yield return new SpecChange(name, other is LatentSpec ? into(Latent) : into(With(record, property, other)));
            }
        }
    }

    private static IEnumerable<object?> Others(PropertyInfo property, object? value) =>
        (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) switch
        {
            var type when type == typeof(bool) => [!(bool)value!],
            var type when type == typeof(int) => [value is int number and > 0 ? 2 * number : 16],
            var type when type == typeof(double) => [value is double number and > 0 ? 2 * number : 2.0],
            var type when type == typeof(string) => IsNullable(property) && value is not null ? (object?[])[value + "_other", null] : [value + "other"],
            var type when type == typeof(double[]) => [Array.ConvertAll((double[])value!, number => 3 * number)],
            var type when type == typeof(IReadOnlyList<string>) => [new List<string> { "fused" }],
            var type when type == typeof(IReadOnlyList<int?>) => [((IReadOnlyList<int?>)value!).Select(_ => (int?)16).ToList()],
            var type when type == typeof(IReadOnlyList<bool>) => [((IReadOnlyList<bool>)value!).Select(one => !one).ToList()],
            var type when type.IsEnum => Enum.GetValues(type).Cast<object?>().Where(one => !Equals(one, value)),
            var type when IsRecord(type) => value is null ? [Sample(type)] : IsNullable(property) ? (object?[])[null] : [],
            var type => throw new NotSupportedException($"{property.DeclaringType!.Name}.{property.Name} is a {type}: say here how it is changed."),
        };

    private static object Sample(Type type) => true switch
    {
        _ when type == typeof(RopeSettings) => MadeDecoder.Rope,
        _ when type == typeof(MoeSpec) => MadeDecoder.Experts,
        _ when type == typeof(LatentSpec) => Latent.Latent!,
        _ when type == typeof(ScoreHeadSpec) => new ScoreHeadSpec(["score"], Bias: false, Padding: []),
        _ => throw new NotSupportedException($"Say here what a {type} is like."),
    };

    private static object With(object record, PropertyInfo property, object? value)
    {
        var copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, [])!;
        property.SetValue(copy, value);
        return copy;
    }

    private static bool IsRecord(Type type) => type.Namespace == typeof(DecoderSpec).Namespace && type.GetMethod("<Clone>$") is not null;

    private static bool IsNullable(PropertyInfo property) => new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
}
