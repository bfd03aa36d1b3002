using System.CodeDom.Compiler;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace LmDeploy.Tests.Layers;

/// <summary>
/// Collects what a type refers to, its nested types included. Members that a source generator wrote (<see cref="GeneratedCodeAttribute"/>) are left out.
/// </summary>
internal sealed class TypeReferences
{
    private readonly Dictionary<string, TypeReference> _found = new(StringComparer.Ordinal);

    private TypeReferences()
    {
    }

    /// <summary>The outermost types of all references.</summary>
    public static IReadOnlyCollection<TypeReference> Of(TypeDefinition type)
    {
        var references = new TypeReferences();
        references.AddDefinition(type);
        return references._found.Values;
    }

    private static bool IsGenerated(ICustomAttributeProvider member) =>
        member.CustomAttributes.Any(attribute => attribute.AttributeType.FullName == typeof(GeneratedCodeAttribute).FullName);

    private void AddDefinition(TypeDefinition type)
    {
        if (IsGenerated(type))
        {
            return;
        }

        Add(type.BaseType);
        AddAttributes(type);
        AddConstraints(type);
        foreach (var implemented in type.Interfaces)
        {
            Add(implemented.InterfaceType);
        }

        foreach (var field in type.Fields.Where(field => !IsGenerated(field)))
        {
            Add(field.FieldType);
            AddAttributes(field);
        }

        foreach (var member in type.Properties.Cast<ICustomAttributeProvider>().Concat(type.Events))
        {
            AddAttributes(member);
        }

        foreach (var method in type.Methods.Where(method => !IsGenerated(method)))
        {
            AddMethod(method);
        }

        foreach (var nested in type.NestedTypes)
        {
            AddDefinition(nested);
        }
    }

    private void AddMethod(MethodDefinition method)
    {
        AddSignature(method);
        AddAttributes(method);
        AddConstraints(method);
        foreach (var parameter in method.Parameters)
        {
            AddAttributes(parameter);
        }

        foreach (var overridden in method.Overrides)
        {
            Add(overridden.DeclaringType);
            AddSignature(overridden);
        }

        if (!method.HasBody)
        {
            return;
        }

        foreach (var variable in method.Body.Variables)
        {
            Add(variable.VariableType);
        }

        foreach (var handler in method.Body.ExceptionHandlers)
        {
            Add(handler.CatchType);
        }

        foreach (var instruction in method.Body.Instructions)
        {
            AddOperand(instruction);
        }
    }

    private void AddOperand(Instruction instruction)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                Add(type);
                break;
            case FieldReference field:
                Add(field.DeclaringType);
                Add(field.FieldType);
                break;
            case MethodReference method:
                Add(method.DeclaringType);
                AddSignature(method);
                break;
            default:
                break;
        }
    }

    private void AddSignature(IMethodSignature method)
    {
        Add(method.ReturnType);
        foreach (var parameter in method.Parameters)
        {
            Add(parameter.ParameterType);
        }

        if (method is GenericInstanceMethod generic)
        {
            foreach (var argument in generic.GenericArguments)
            {
                Add(argument);
            }
        }
    }

    private void AddConstraints(IGenericParameterProvider provider)
    {
        foreach (var constraint in provider.GenericParameters.SelectMany(parameter => parameter.Constraints))
        {
            Add(constraint.ConstraintType);
        }
    }

    private void AddAttributes(ICustomAttributeProvider provider)
    {
        foreach (var attribute in provider.CustomAttributes)
        {
            Add(attribute.AttributeType);
            foreach (var argument in attribute.ConstructorArguments.Concat(attribute.Properties.Select(property => property.Argument)))
            {
                Add(argument.Type);
                Add(argument.Value as TypeReference);
            }
        }
    }

    private void Add(TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (var argument in generic.GenericArguments)
                {
                    Add(argument);
                }

                Add(generic.ElementType);
                return;
            case IModifierType modified:
                Add(modified.ModifierType);
                Add(modified.ElementType);
                return;
            case FunctionPointerType pointer:
                AddSignature(pointer);
                return;
            case TypeSpecification specified:
                Add(specified.ElementType);
                return;
            default:
                var outermost = Outermost(type);
                _found.TryAdd(outermost.FullName, outermost);
                return;
        }
    }

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
