using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using LmDeploy.Tests.Checkouts;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Tests.Contract;

/// <summary>
/// The rules of buf.yaml that can be read from the descriptors, so that they hold where buf is not installed: its lint rules for names, enumerations and calls,
/// and that numbers and
/// names of removed fields stay reserved (its breaking rule WIRE_JSON). Fields that were released are listed in fields.txt.
/// </summary>
public sealed partial class ContractRulesTests
{
    private static readonly FileDescriptor[] _files =
    [
        EngineReflection.Descriptor, FailuresReflection.Descriptor, GenerationReflection.Descriptor, HostReflection.Descriptor,
        InspectionReflection.Descriptor, PipelinesReflection.Descriptor, WorkerReflection.Descriptor,
    ];

    public static TheoryData<string> Messages => [.. AllMessages().Select(message => message.FullName)];

    public static TheoryData<string> Enums => [.. AllEnums().Select(type => type.FullName)];

    private static string FieldList => Checkout.File("tests/Supervisor.Tests/Contract/fields.txt");

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_IsNamedAsTheRulesSay(string name)
    {
        var message = AllMessages().Single(message => message.FullName == name);
        message.Name.ShouldMatch("^[A-Z][A-Za-z0-9]*$");
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            field.Name.ShouldMatch("^[a-z][a-z0-9]*(_[a-z0-9]+)*$");
            field.Name.ShouldNotMatch("(_ms|_seconds|milliseconds)$", "times are Duration or Timestamp");
        }
    }

    [Theory]
    [MemberData(nameof(Enums))]
    public void Enum_HasItsPrefixAndBeginsWithUnspecified(string name)
    {
        var type = AllEnums().Single(type => type.FullName == name);
        var prefix = $"{WordStart().Replace(type.Name, "_$0").TrimStart('_').ToUpperInvariant()}_";
        type.Values.ShouldAllBe(value => value.Name.StartsWith(prefix, StringComparison.Ordinal));
        type.Values.Single(value => value.Number == 0).Name.ShouldBe($"{prefix}UNSPECIFIED");
    }

    /// <summary>Users read and write the names of the contract, without the prefix and in lower case: no list of words is kept beside it.</summary>
    [Theory]
    [MemberData(nameof(Enums))]
    public void Enum_HasTheWordsOfItsNames(string name)
    {
        var type = AllEnums().Single(type => type.FullName == name);
        var prefix = type.Values.Single(value => value.Number == 0).Name[..^"UNSPECIFIED".Length];
        foreach (var value in type.Values)
        {
            var word = value.Number == 0 ? "" : value.Name[prefix.Length..].ToLowerInvariant();
            EnumWords.Of((Enum)Enum.ToObject(type.ClrType, value.Number)).ShouldBe(word);
        }
    }

    /// <summary>A call can be given a field without another one getting it: streams are named for their events, which clients and workers share.</summary>
    [Fact]
    public void Call_HasMessagesOfItsOwn()
    {
        foreach (var service in _files.SelectMany(file => file.Services))
        {
            service.Methods.SelectMany(method => new[] { method.InputType.FullName, method.OutputType.FullName }).ShouldBeUnique(service.Name);
            foreach (var method in service.Methods.Where(method => !method.IsServerStreaming))
            {
                method.InputType.Name.ShouldBeOneOf($"{method.Name}Request", $"{service.Name}{method.Name}Request");
                method.OutputType.Name.ShouldBe($"{method.Name}Response");
            }
        }
    }

    /// <summary>What was released under this version of the protocol is there as it was, or its number and name are reserved.</summary>
    [Fact]
    public void ReleasedField_IsAsItWas_OrReserved()
    {
        var lines = File.ReadAllLines(FieldList);
        lines[0].ShouldBe($"protocol {Protocol.Version}", "with a new version of the protocol the list begins anew: ./run.sh api");
        var now = Fields().ToHashSet(StringComparer.Ordinal);
        foreach (var line in lines.Skip(1).Where(line => !now.Contains(line)))
        {
            var parts = line.Split(' ');
            var message = AllMessages().SingleOrDefault(message => message.FullName == parts[0])?.ToProto();
            message.ShouldNotBeNull($"{line} was removed with its message");
            var number = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            message.ReservedRange.ShouldContain(
                range => range.Start <= number && number < range.End, $"{line} was removed or changed: its number is to be reserved");
            message.ReservedName.ShouldContain(parts[2], $"{line} was removed or changed: its name is to be reserved");
        }
    }

    [Fact]
    public void EveryField_IsListed()
    {
        if (Environment.GetEnvironmentVariable("LMDEPLOY_LIST_API") == "1")
        {
            File.WriteAllLines(FieldList, Fields().Prepend($"protocol {Protocol.Version}"));
        }

        Fields().Except(File.ReadAllLines(FieldList)).ShouldBeEmpty("fields that are new are listed by ./run.sh api");
    }

    [Fact]
    public void Rules_AreThoseThatAreTested() =>
        File.ReadAllText(Checkout.File("buf.yaml")).ShouldSatisfyAllConditions(text => text.ShouldContain("STANDARD"), text => text.ShouldContain("WIRE_JSON"));

    private static IEnumerable<string> Fields() => AllMessages()
        .OrderBy(message => message.FullName, StringComparer.Ordinal)
        .SelectMany(message => message.Fields.InFieldNumberOrder().Select(field => $"{message.FullName} {field.FieldNumber} {field.Name} {TypeOf(field)}"));

    private static string TypeOf(FieldDescriptor field)
    {
        var type = field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            var scalar => scalar.ToString().ToLowerInvariant(),
        };
        return field.IsRepeated ? $"repeated/{type}" : field.HasPresence && field.FieldType != FieldType.Message ? $"optional/{type}" : type;
    }

    private static IEnumerable<MessageDescriptor> AllMessages() => _files.SelectMany(file => file.MessageTypes).SelectMany(WithNested);

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.Where(nested => !nested.IsMapEntry).SelectMany(WithNested).Prepend(message);

    private static IEnumerable<EnumDescriptor> AllEnums() =>
        _files.SelectMany(file => file.EnumTypes).Concat(AllMessages().SelectMany(message => message.EnumTypes));

    [GeneratedRegex("[A-Z]")]
    private static partial Regex WordStart();
}
