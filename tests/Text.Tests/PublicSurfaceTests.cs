using System.Reflection;
using System.Xml.Linq;

namespace LmDeploy.Text.Tests;

/// <summary>What the package shows to its users. PublicAPI.*.txt lists the members; the build fails when one is not in it.</summary>
public sealed class PublicSurfaceTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly _assembly = typeof(Tokenizer).Assembly;

    [Fact]
    public void Types_AreFewAndInOneNamespace()
    {
        _assembly.GetExportedTypes().ShouldAllBe(type => type.Namespace == "LmDeploy.Text");
        _assembly.GetExportedTypes().Select(type => type.Name).ShouldBe(
            [
                "ChatTemplate", "ChatTemplateOptions", "IncrementalDecoder", "TemplateException", "TemplateMessage", "TemplateRenderException", "Tokenizer",
                "TokenizerException",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void Assembly_NeedsNothingButDotNet() =>
        _assembly.GetReferencedAssemblies().Select(reference => reference.Name).ShouldAllBe(name => name!.StartsWith("System.", StringComparison.Ordinal));

    [Fact]
    public void Members_AreDocumented()
    {
        var documents = XDocument.Load(Path.ChangeExtension(_assembly.Location, ".xml"))
            .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
        var problems = _assembly.GetExportedTypes().SelectMany(type => Problems(type, documents)).ToList();
        problems.ShouldBeEmpty();
    }

    private static IEnumerable<string> Problems(Type type, Dictionary<string, XElement> documents)
    {
        var methods = type.GetMethods(Declared).Where(method => !method.IsSpecialName).Cast<MethodBase>()
            .Concat(type.GetConstructors(Declared).Where(made => made.GetParameters().Length > 0));
        var members = methods.Select(method => (Id: Id(method), Parameters: method.GetParameters()))
            .Concat(type.GetProperties(Declared).Select(property => (Id: $"P:{type.FullName}.{property.Name}", Parameters: Array.Empty<ParameterInfo>())))
            .Append((Id: $"T:{type.FullName}", Parameters: []));
        foreach (var (id, parameters) in members)
        {
            if (!documents.TryGetValue(id, out var document) || document.Element("summary") is not { Value.Length: > 0 })
            {
                yield return $"{id} has no summary";
                continue;
            }

            foreach (var parameter in parameters.Where(parameter => document.Elements("param").All(found => found.Attribute("name")!.Value != parameter.Name)))
            {
                yield return $"{id} does not document {parameter.Name}";
            }
        }
    }

    private static string Id(MethodBase method)
    {
        var parameters = string.Join(",", method.GetParameters().Select(parameter => Name(parameter.ParameterType)));
        return $"M:{method.DeclaringType!.FullName}.{(method.IsConstructor ? "#ctor" : method.Name)}" + (parameters.Length > 0 ? $"({parameters})" : "");
    }

    private static string Name(Type type) => type switch
    {
        { IsByRef: true } => Name(type.GetElementType()!) + "@",
        { IsGenericType: true } => $"{type.Namespace}.{type.Name.Split('`')[0]}{{{string.Join(",", type.GetGenericArguments().Select(Name))}}}",
        _ => type.FullName!,
    };
}
