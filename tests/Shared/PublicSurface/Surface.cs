using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace LmDeploy.Tests.PublicSurface;

/// <summary>What the public types of an assembly have in common. Each member lists what does not keep to a rule.</summary>
internal sealed class Surface(Assembly assembly)
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Asynchronous methods without a synchronous twin that takes the same.</summary>
    public IEnumerable<string> WithoutTwin =>
        from type in assembly.GetExportedTypes()
        from method in type.GetMethods(Declared)
        where method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name is not "DisposeAsync" && method.GetBaseDefinition() == method
        where !type.GetMethods(Declared).Any(twin => twin.Name == method.Name[..^"Async".Length] && Shape(twin) == Shape(method))
        select $"{type.Name}.{method.Name}({Shape(method)})";

    /// <summary>Asynchronous methods that do not end with a token that may be left out.</summary>
    public IEnumerable<string> WithoutToken =>
        from type in assembly.GetExportedTypes()
        from method in type.GetMethods(Declared)
        where method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name is not "DisposeAsync"
        let last = method.GetParameters().LastOrDefault()
        where last?.ParameterType != typeof(CancellationToken)
        select $"{type.Name}.{method.Name}({Shape(method)})";

    /// <summary>Records of positions: one more of them breaks who makes and who takes apart.</summary>
    public IEnumerable<string> Positional =>
        from type in assembly.GetExportedTypes()
        where type.GetMethod("Deconstruct", Declared) is not null
        select type.Name;

    /// <summary>Properties of a collection that keep the collection they are set to, so that it can change and compares by reference.</summary>
    public IEnumerable<string> Aliased =>
        from type in assembly.GetExportedTypes()
        where IsRecord(type)
        from property in type.GetProperties(Declared)
        where property.SetMethod is not null && property.PropertyType.IsGenericType
        where Sample(property.PropertyType) is { } sample && KeepsReference(type, property, sample)
        select $"{type.Name}.{property.Name}";

    /// <summary>Numbers that are times.</summary>
    public IEnumerable<string> TimesAsNumbers =>
        from type in assembly.GetExportedTypes()
        from property in type.GetProperties(Declared)
        where property.PropertyType == typeof(double) || property.PropertyType == typeof(long) || property.PropertyType == typeof(int)
        where property.Name.EndsWith("Milliseconds", StringComparison.Ordinal)
            || (property.Name.EndsWith("Seconds", StringComparison.Ordinal) && !property.Name.EndsWith("PerSecond", StringComparison.Ordinal))
        select $"{type.Name}.{property.Name}";

    /// <summary>The member that an enumeration has without being set.</summary>
    public IEnumerable<string> Zeros =>
        from type in assembly.GetExportedTypes()
        where type.IsEnum
        select $"{type.Name}.{Enum.GetName(type, Enum.ToObject(type, 0))}";

    private static string Shape(MethodInfo method)
        => string.Join(", ", method.GetParameters().Select(parameter => $"{parameter.ParameterType} {parameter.Name}{(parameter.IsOptional ? "?" : "")}"));

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static object? Sample(Type type) => type.GetGenericTypeDefinition() switch
    {
        var list when list == typeof(IReadOnlyList<>) => Array.CreateInstance(type.GenericTypeArguments[0], 0),
        var dictionary when dictionary == typeof(IReadOnlyDictionary<,>) => Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.GenericTypeArguments)),
        _ => null,
    };

    private static bool KeepsReference(Type type, PropertyInfo property, object sample)
    {
        var record = RuntimeHelpers.GetUninitializedObject(type);
        property.SetValue(record, sample);
        return ReferenceEquals(property.GetValue(record), sample) || property.GetValue(record) is not IEnumerable;
    }
}
